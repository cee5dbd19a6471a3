import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { madeSeeds } from "./madeSeeds.ts";
import { fuzz } from "./run.ts";
import { readSeeds } from "./seeds.ts";

const ROOT = join(import.meta.dirname, "../..");

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    /** The only task whose files are sent. */
    task: { type: "string" },
    /** Folders with more files to mutate. */
    corpus: { type: "string", multiple: true, default: [] },
    /** Folder for inputs that caused a failure. */
    out: { type: "string", default: join(ROOT, "bench/results/fuzz.tmp") },
  },
});

const end = Date.now() + Number(values.minutes) * 60_000;
const folders = [join(ROOT, "examples/files"), join(ROOT, "tests/fixtures"), ...values.corpus];
const all = [...(await readSeeds(folders)), ...madeSeeds()];
const { task } = values;
const [first, ...others] =
  task === undefined
    ? all
    : all.flatMap((seed) => (seed.tasks.includes(task) ? [{ ...seed, tasks: [task] as const }] : []));
if (first === undefined) throw new Error(`there is no file to mutate for the task ${task}`);
const seeds = [first, ...others] as const;
const report = await fuzz({
  seed: Number(values.seed),
  seeds,
  goOn: ({ rounds, files, requests, problems }) => {
    if (rounds % 20 === 0)
      console.log(`${rounds} rounds, ${files} files, ${requests} requests, ${problems.length} problems`);
    return Date.now() < end;
  },
  onFinding: ({ what, name, bytes }) => {
    const id = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, `${id}-${name.replaceAll(/[^\w.-]/g, "_")}`), bytes);
    console.log(`FOUND ${id}: ${what}`);
  },
});
console.log(`seed ${values.seed}, ${values.minutes} minutes, ${seeds.length} whole files to start from`);
console.log(
  `${report.files} files and ${report.requests} requests, ${report.distinct.size} distinct bad inputs`,
);
for (const [ending, count] of [...report.endings].sort()) console.log(`  ${count} ${ending}`);
for (const problem of report.problems) console.log(`PROBLEM ${problem}`);
console.log(`${report.problems.length} problems`);
process.exitCode = report.problems.length === 0 ? 0 : 1;
