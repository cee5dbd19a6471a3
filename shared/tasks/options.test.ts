import { expect, test } from "vitest";
import { optionsSchema } from "./options.ts";
import { TASKS } from "./registry.ts";

test.each(TASKS.map((task) => [task.name, task] as const))(
  "each option of %s says what it means",
  (_, task) => {
    const properties = Object.entries(optionsSchema(task).properties ?? {});
    const silent = properties.filter(
      ([, schema]) => typeof schema === "boolean" || (schema.description ?? "").length < 5,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  },
);
