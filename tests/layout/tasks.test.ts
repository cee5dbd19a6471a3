import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseOptions } from "../../shared/tasks/options.ts";
import { TASKS, taskNamed } from "../../shared/tasks/registry.ts";

/** Rules for every task of the registry. */
describe.each(TASKS.map((task) => [task.name, task] as const))("task %s", (name, task) => {
  test("is found by its name", () => {
    expect(taskNamed(name)).toBe(task);
  });

  test("has a default for every option and refuses unknown ones by name", () => {
    expect(task.options.parse({})).toBeTypeOf("object");
    expect(() => parseOptions(task, '{"no_such_option":1}')).toThrow(/no_such_option/);
    expect(() => parseOptions(task, "{")).toThrow(/not JSON/);
  });

  test("parses its own defaults to themselves, so that a replay sees the same options", () => {
    const defaults = task.options.parse({});
    expect(task.options.parse(JSON.parse(JSON.stringify(defaults)))).toEqual(defaults);
  });

  test("names results after the file, without leaving the folder", () => {
    const result = task.resultName("some name", task.options.parse({}));
    expect(result).toContain("some name");
    expect(result).not.toMatch(/[/\\]/);
  });

  test("has the steps that it declares, no more and no fewer", async () => {
    const { steps } = await task.load();
    expect(Object.keys(steps).toSorted()).toEqual(Object.keys(task.steps).toSorted());
    for (const { version } of Object.values(task.steps)) expect(Number.isInteger(version)).toBe(true);
  });

  test("names the columns of its tables, and its results have them", () => {
    expect(
      task.columns.length,
      `${name} names no columns: add \`columns\` to its definition`,
    ).toBeGreaterThan(0);
    const schema = task.results[name];
    if (schema === undefined) return;
    const known = fieldsOf(z.toJSONSchema(schema, { io: "output" }));
    const unknown = task.columns.filter((path) => !known.has(path));
    expect(unknown, `columns of ${name} that are no fields of its result`).toEqual([]);
  });

  test("says what runs: a step over the files, or a run of its own", () => {
    if (task.run === undefined) expect(task.steps).toHaveProperty(task.mainStep ?? "main");
    else expect(task.run).toBeTypeOf("function");
  });
});

/** Paths of all fields of a schema that are no lists or objects, with `.` between the names. */
function fieldsOf(schema: z.core.JSONSchema.BaseSchema, path = ""): Set<string> {
  const fields = new Set<string>();
  const { properties, anyOf = [], oneOf = [] } = schema;
  for (const kind of [...anyOf, ...oneOf]) for (const field of fieldsOf(kind, path)) fields.add(field);
  for (const [name, member] of Object.entries(properties ?? {}))
    if (typeof member === "object")
      for (const field of fieldsOf(member, `${path}.${name}`)) fields.add(field);
  if (properties === undefined && schema.type !== "array") fields.add(path.slice(1));
  return fields;
}

test("an unknown task lists the known ones", () => {
  expect(() => taskNamed("video")).toThrow("Unknown task type: video");
});
