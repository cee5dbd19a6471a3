import { readFile } from "node:fs/promises";
import type { AssignLine, FileView } from "../../shared/contract/jobs.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { assignLines } from "../../tests/e2e/fleet.ts";
import type { Outcome, QualityJob } from "./check.ts";

/** Sends one job to a master and fetches the outcome of each file, in the order of the files. */
export async function runJob(url: string, task: string, job: QualityJob): Promise<Outcome[]> {
  if (job.files.length === 0) return [];
  const files = await Promise.all(
    job.files.map(async ({ file, path }) => ({ name: file, body: await readFile(path) })),
  );
  const outcomes: Outcome[] = [];
  const how = { task, field: taskNamed(task).field, options: job.options };
  for await (const line of assignLines(url, files, how)) {
    if (line.type === "file") outcomes[line.index] = await outcomeOf(url, line);
    if ("error" in line && "code" in line && !("type" in line)) throw new Error(JSON.stringify(line));
  }
  return outcomes;
}

async function outcomeOf(
  url: string,
  file: Extract<AssignLine, { type: "file" }> & FileView,
): Promise<Outcome> {
  if (file.state !== "done") return { ok: false, code: file.code ?? file.state, error: file.error ?? "" };
  const response = await fetch(url + file.url);
  const body = Buffer.from(await response.arrayBuffer());
  return file.info === undefined ? { ok: true, body } : { ok: true, body, info: file.info };
}
