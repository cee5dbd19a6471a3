import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { VERSION } from "../../shared/version.ts";
import { type RunningFleet, startFleet } from "../../tests/e2e/fleet.ts";
import { check as audio } from "./audio.ts";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";
import { check as document } from "./document.ts";
import { check as embedding } from "./embedding.ts";
import { check as ownFunction } from "./function.ts";
import { check as image } from "./image.ts";
import { runJob } from "./job.ts";
import { check as mean } from "./mean.ts";
import { check as ocr } from "./ocr.ts";
import { check as predict } from "./predict.ts";
import { record } from "./record.ts";
import { type TaskChecks, table } from "./report.ts";
import { check as text } from "./text.ts";
import { check as train } from "./train.ts";

/**
 * `npm run quality`: every task against reference files, through a real master and two slaves.
 * Needs the reference corpus (CORPUS, or ../shared/corpus); without it prints that and exits with 0.
 */
const CHECKS: readonly QualityCheck[] = [
  ...[image, ocr, text, embedding, audio, document, mean],
  ...[ownFunction, train, predict],
];

const { values } = parseArgs({
  options: { task: { type: "string", multiple: true }, write: { type: "boolean" } },
});
const corpus = resolve(process.env.CORPUS ?? join(import.meta.dirname, "../../../shared/corpus"));

for (const { name } of TASKS)
  if (!CHECKS.some(({ task }) => task === name))
    console.log(
      `The task ${name} has no check: write bench/quality/${name}.ts and add it to CHECKS in main.ts.`,
    );
if (existsSync(corpus)) await measureAll();
else console.log("There is no reference corpus here (set CORPUS to its folder): nothing was measured.");

async function measureAll(): Promise<void> {
  const fleet = await startFleet({ FLEET_TOKEN: "quality", ALLOW_FUNCTIONS: "trusted" });
  try {
    await Promise.all([fleet.slave({ SLAVE_NAME: "one" }), fleet.slave({ SLAVE_NAME: "two" })]);
    await fleet.alive(2);
    const rows: TaskChecks[] = [];
    for (const check of CHECKS.filter(({ task }) => values.task?.includes(task) ?? true)) {
      const measures = await measure(fleet, check);
      rows.push(measured(check.task, measures));
      console.log(table(check.task, measures));
    }
    await fleet.alive(2);
    if (values.write === true) {
      await record(
        rows,
        CHECKS.map(({ task }) => task),
      );
    }
  } finally {
    await fleet.stop();
  }
}

async function measure(fleet: RunningFleet, check: QualityCheck): Promise<readonly Check[]> {
  const folder = join(corpus, check.folder);
  const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8")) as JsonObject[];
  const files: CorpusFile[] = index.map((entry) => ({
    file: String(entry.file),
    path: join(folder, String(entry.file)),
    expect: entry.expect as CorpusFile["expect"],
    entry,
  }));
  const jobs = await check.jobs(files);
  const outcomes: Outcome[][] = [];
  for (const job of jobs) outcomes.push(await runJob(fleet.master.url, check.task, job));
  return [...(await check.score(jobs, outcomes, folder)), ...expectations(jobs, outcomes)];
}

/** Every `ok` file has a result, every `error` file a code, and an `either` file one of them. */
function expectations(jobs: readonly QualityJob[], outcomes: readonly (readonly Outcome[])[]): Check[] {
  const wrong: string[] = [];
  let counted = 0;
  jobs.forEach((job, j) => {
    job.files.forEach(({ file, expect: usual }, f) => {
      const expect = job.expect ?? usual;
      const outcome = outcomes[j]?.[f];
      counted += 1;
      if (outcome === undefined) wrong.push(`${file}: no outcome`);
      else if (expect === "ok" && !outcome.ok) wrong.push(`${file}: ${outcome.code}`);
      else if (expect === "error" && outcome.ok) wrong.push(`${file}: a result instead of an error`);
    });
  });
  const value = `${counted - wrong.length} of ${counted}`;
  const measure = { name: "files that end as they should", value, target: "all", met: wrong.length === 0 };
  return [wrong.length === 0 ? measure : { ...measure, note: wrong.join("; ") }];
}

function measured(task: string, measures: readonly Check[]): TaskChecks {
  const date = new Date().toISOString().slice(0, 10);
  return { task, date, version: VERSION, node: process.version, cores: cpus().length, measures };
}
