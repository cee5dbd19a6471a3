import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PAGES_WITH_TASKS, pageWithTasks } from "../../scripts/taskDocs.ts";
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
