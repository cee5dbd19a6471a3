import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { JSON_TYPE, type Operation } from "../../master/http/openapi/operation.ts";
import { described } from "../../master/http/openapi/operations.ts";
import { problem } from "../../shared/contract/about.ts";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";

const PAGE = await readFile(join(import.meta.dirname, "../../docs/api-examples.md"), "utf8");

interface Shown {
  readonly route: string;
  readonly status: number;
  readonly bodies: readonly unknown[];
}

const SHOWN: readonly Shown[] = PAGE.split(/^## /m)
  .slice(1)
  .map((section) => ({
    route: section.split("\n")[0] ?? "",
    status: Number(/^`(\d+)`$/m.exec(section)?.[1]),
    bodies: [...section.matchAll(/^```json\n(.*?)^```/gms)].map((match) => JSON.parse(match[1] ?? "")),
  }));

/** `/openapi.json` and `/schemas` describe; `/register` and `/slaves/check` are for slaves. */
const LEFT_OUT = /^GET \/(openapi|schemas)|(register|sign_off|slaves\/check)$/;

test("docs/api-examples.md has an answer of each route that answers JSON", () => {
  const routes = described().filter(({ operation }) =>
    Object.values(operation.answers).some(({ content }) => JSON_TYPE in content),
  );
  const names = routes.map(({ name }) => name).filter((name) => !LEFT_OUT.test(name));
  const shown = new Set(SHOWN.map(({ route }) => route));
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
});

test.each(SHOWN.filter(({ bodies }) => bodies.length > 0))(
  "the answer of $route in docs/api-examples.md fits its schema: run npm run docs:api",
  ({ route, status, bodies }) => {
    const operation = described().find(({ name }) => name === route)?.operation;
    const schema = schemaOf(operation, status, bodies.length > 1);
    for (const body of bodies) expect(schema.parse(body)).toEqual(body);
  },
);

function schemaOf(operation: Operation | undefined, status: number, asLines: boolean): z.ZodType {
  const found = operation?.answers[status]?.content[asLines ? NDJSON_TYPE : JSON_TYPE];
  return typeof found === "object" ? found : problem;
}
