import { expect, test } from "vitest";
import { TASKS } from "../../../shared/tasks/registry.ts";
import { apiDocument } from "./document.ts";
import { docsPage } from "./page.ts";
import type { JsonSchema } from "./schemas.ts";

const document = apiDocument("1.2.3");
const { schemas } = document.components;

/** Each member of each object of a schema, by its path. */
function* members(path: string, schema: unknown): Generator<[path: string, schema: JsonSchema]> {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key !== "properties") yield* members(path, value);
    else
      for (const [name, member] of Object.entries(value as Record<string, JsonSchema>)) {
        yield [`${path}.${name}`, member];
        yield* members(`${path}.${name}`, member);
      }
  }
}

const all = Object.entries(schemas).flatMap(([name, schema]) => [...members(name, schema)]);

test("every member of every message is described, or is a message itself", () => {
  expect(all.length).toBeGreaterThan(300);
  const bare = all.filter(([, schema]) => schema.description === undefined && schema.$ref === undefined);
  expect(bare.map(([path]) => path)).toEqual([]);
});

test("numbers with a unit name it", () => {
  const units: [RegExp, RegExp][] = [
    [/bytes(?:_|$)|^memory$/, /bytes/],
    [/seconds$/, /seconds/],
    [/_at$|^at$|last_seen/, /ISO 8601/],
  ];
  const told = all.filter(([path]) =>
    /^(Slave|Stats|JobStatistics|File|Job|JobDetail|Speculation)\./.test(path),
  );
  for (const [path, { description }] of told) {
    const name = path.split(".").at(-1) ?? "";
    for (const [which, unit] of units)
      if (which.test(name)) expect([path, description]).toEqual([path, expect.stringMatching(unit)]);
  }
});

test("what a client sends has its defaults in the descriptions, where generators do not make it required", () => {
  const sent = [...TASKS.map(({ name }) => `${name[0]?.toUpperCase()}${name.slice(1)}Options`)];
  for (const name of [...sent, "NewSlaves", "RetryWish", "Budgets", "Register"]) {
    const schema = schemas[name];
    expect(JSON.stringify(schema)).not.toContain('"default":');
    expect([name, schema?.required ?? []]).toEqual([name, name === "Register" ? ["slave_port"] : []]);
  }
  expect(schemas.TextOptions?.properties?.keywords).toMatchObject({
    description: "Number of keywords to list. Default: 10.",
  });
});

test("files of an upload are binary", () => {
  const form = document.paths["/assign_task"]?.post?.requestBody?.content["multipart/form-data"]?.schema;
  for (const field of new Set(TASKS.map((task) => task.field)))
    expect(form?.properties?.[field]).toMatchObject({ items: { type: "string", format: "binary" } });
  expect(JSON.stringify(form?.properties?.task_type)).not.toContain("default");
});

test("jobs, answers and problems are told apart by one member", () => {
  const kinds = ["Job", "JobDetail", "CancelledJob", "AssignAnswer", "Problem"].map((name) => {
    const { properties, required } = schemas[name] ?? {};
    const kind = properties?.kind as JsonSchema | undefined;
    return [kind?.const, required?.includes("kind")];
  });
  expect(kinds).toEqual([
    ["job", true],
    ["job", true],
    ["job", true],
    ["answer", true],
    ["problem", true],
  ]);
});

test.each(["Job", "JobDetail", "CancelledJob", "AssignAnswer", "ResultList"])(
  "%s has id and job_id",
  (name) => {
    expect(schemas[name]?.required).toEqual(expect.arrayContaining(["id", "job_id"]));
  },
);

test("an alias is a hint, not a second route", () => {
  expect(Object.keys(document.paths).filter((path) => path.includes("workers"))).toEqual([]);
  expect(document.paths["/slaves/{id}"]?.get?.description).toBe("Also at `/workers/{id}`.");
});

test("the page shows each route once, with a command that requests it", () => {
  const page = docsPage(document, "http://master.example:5000");
  expect(page).toContain("curl -F task_type=text -F texts=@FILE http://master.example:5000/assign_task");
  expect(page).toContain("curl -X DELETE http://master.example:5000/jobs/ID<");
  expect(page.match(/<details id="getSlaves">/g)).toHaveLength(1);
});
