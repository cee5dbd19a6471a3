import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PAGES_WITH_TASKS, pageWithTasks } from "../../scripts/taskDocs.ts";
import { resultOfPage, sampleResult } from "../../scripts/taskResults.ts";
import { optionsSchema } from "../../shared/tasks/options.ts";
import { TASKS } from "../../shared/tasks/registry.ts";

const ROOT = join(import.meta.dirname, "../..");

test.each(PAGES_WITH_TASKS)("%s lists the tasks of the registry", async (page) => {
  const { found, wanted } = await pageWithTasks(page);
  expect(found, `${page} does not list the tasks of the registry: run npm run docs:tasks.`).toBe(wanted);
});

test.each(TASKS.map((task) => [task.name, task] as const))(
  "%s has a page that names its options",
  async (name, task) => {
    const path = `docs/tasks/${name}.md`;
    const page = await readFile(join(ROOT, path), "utf8").catch(() => undefined);
    const contents = "the task's options, the fields of its result with unit and range, and its error codes";
    if (page === undefined) expect.fail(`${path} is missing: write it, with ${contents}.`);
    const options = Object.keys(optionsSchema(task).properties ?? {});
    const missing = options.filter((option) => !page.includes(`\`${option}\``));
    expect(missing, `${path} does not describe these options: add a row for each.`).toEqual([]);
  },
);

test.each(TASKS.map((task) => [task.name, task] as const))(
  "the page of %s shows a result with the fields that results have",
  async (name, task) => {
    const page = await readFile(join(ROOT, `docs/tasks/${name}.md`), "utf8");
    const shown = shapeOf(resultOfPage(page));
    expect(shown, `docs/tasks/${name}.md shows other fields: run npm run docs:tasks.`).toEqual(
      shapeOf(await sampleResult(task)),
    );
  },
);

/** The names of all fields with the kinds of their values. Values may differ a little between processors. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}
