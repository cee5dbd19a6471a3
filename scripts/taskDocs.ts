import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TASKS } from "../shared/tasks/registry.ts";
import { table, withBlock } from "./pageBlock.ts";
import { resultBlock } from "./taskResults.ts";

/** Writes the tables of tasks in README.md and docs/tasks.md from the registry, and a real result into each task's page. */

const ROOT = join(import.meta.dirname, "..");
const BEGIN = "<!-- Tasks of the registry; written by `npm run docs:tasks`. -->\n";
const END = "<!-- End of the tasks. -->\n";
const RESULT_BEGIN = "<!-- One result; written by `npm run docs:tasks`. -->\n";
const RESULT_END = "<!-- End of the result. -->\n";

const TABLES: Readonly<Record<string, () => string>> = {
  "README.md": () =>
    table(
      ["task", "what it does"],
      TASKS.map(({ name, summary }) => [`[\`${name}\`](docs/tasks/${name}.md)`, summary]),
    ),
  "docs/tasks.md": () =>
    table(
      ["task", "page", "field of its files", "result of `notes.…`"],
      TASKS.map((task) => {
        const { name, field } = task;
        const result = task.resultName("notes", task.options.parse({}));
        return [`\`${name}\``, `[tasks/${name}.md](tasks/${name}.md)`, `\`${field}\``, `\`${result}\``];
      }),
    ),
};

export const PAGES_WITH_TASKS: readonly string[] = Object.keys(TABLES);

/** A page as it is, and as it should be with the tasks of the registry. */
export async function pageWithTasks(
  page: string,
): Promise<{ readonly found: string; readonly wanted: string }> {
  const found = await readFile(join(ROOT, page), "utf8");
  return { found, wanted: withBlock(found, { page, begin: BEGIN, end: END, block: TABLES[page]?.() ?? "" }) };
}

async function writeResults(): Promise<void> {
  for (const task of TASKS) {
    const page = join(ROOT, "docs/tasks", `${task.name}.md`);
    const text = await readFile(page, "utf8");
    const block = await resultBlock(task);
    await writeFile(page, withBlock(text, { page, begin: RESULT_BEGIN, end: RESULT_END, block }));
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const page of PAGES_WITH_TASKS) await writeFile(join(ROOT, page), (await pageWithTasks(page)).wanted);
  await writeResults();
  // The OCR engine's thread would keep the process alive.
  process.exit();
}
