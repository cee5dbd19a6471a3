import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { qualityPage, type TaskChecks } from "./report.ts";

const ROOT = join(import.meta.dirname, "../..");
const RESULTS = join(ROOT, "bench/results");
const NUMBERS = join(RESULTS, "quality.json");

/** Writes numbers and page again. Tasks that were not measured in this run keep their numbers. */
export async function record(fresh: readonly TaskChecks[], order: readonly string[]): Promise<void> {
  const known = new Map([...(await before()), ...fresh].map((row) => [row.task, row]));
  const rows = order.flatMap((task) => known.get(task) ?? []);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(NUMBERS, `${JSON.stringify({ command: "npm run quality", rows }, null, 2)}\n`);
  const noted = await Promise.all(rows.map(async (row) => ({ ...row, notes: await notesOn(row.task) })));
  await writeFile(join(ROOT, "docs/quality.md"), qualityPage(noted));
}

async function before(): Promise<readonly TaskChecks[]> {
  return existsSync(NUMBERS) ? JSON.parse(await readFile(NUMBERS, "utf8")).rows : [];
}

/** Notes written by hand, copied into each new page. */
async function notesOn(task: string): Promise<string> {
  const path = join(import.meta.dirname, "notes", `${task}.md`);
  return existsSync(path) ? await readFile(path, "utf8") : "";
}
