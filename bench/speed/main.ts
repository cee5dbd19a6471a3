import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../../shared/version.ts";
import type { BenchPart } from "./part.ts";
import { chain } from "./parts/chain.ts";
import { durable } from "./parts/durable.ts";
import { engines } from "./parts/engines.ts";
import { functions } from "./parts/functions.ts";
import { limit } from "./parts/limit.ts";
import { masters } from "./parts/masters.ts";
import { memory } from "./parts/memory.ts";
import { native } from "./parts/native.ts";
import { page as pagePart } from "./parts/page.ts";
import { queued } from "./parts/queued.ts";
import { recovery } from "./parts/recovery.ts";
import { scale } from "./parts/scale.ts";
import { start } from "./parts/start.ts";
import { steps } from "./parts/steps.ts";
import { training } from "./parts/training.ts";
import { ways } from "./parts/ways.ts";
import { profileInto } from "./profile.ts";
import { type PartMeasures, page, table } from "./report.ts";

/**
 * `npm run bench`: measures the overhead of master and slave relative to the work itself. Never
 * part of the tests, because other work on the machine changes the figures.
 */
const PARTS: readonly BenchPart[] = [
  chain,
  limit,
  native,
  steps,
  memory,
  start,
  scale,
  durable,
  queued,
  recovery,
  training,
  pagePart,
  functions,
  engines,
  masters,
  ways,
];

const { values } = parseArgs({
  options: {
    part: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    kind: { type: "string" },
    profile: { type: "string" },
  },
});

if (values.profile !== undefined) await profileInto(resolve(values.profile));
const root = join(import.meta.dirname, "../..");
const file = join(root, "bench/results/speed.json");
const rows: PartMeasures[] = [];
for (const part of PARTS.filter(({ name }) => values.part?.includes(name) ?? true)) {
  const [load = 0] = loadavg();
  const measures = await part.run((count) => (values.quick ? Math.ceil(count / 10) : count), values.kind);
  const measured = { part: part.name, load: Number(load.toFixed(2)), measures };
  rows.push(measured);
  console.log(table(measured));
}
if (values.write) await write();

/** Parts that were not measured in this run keep their figures. */
async function write(): Promise<void> {
  const known = await readFile(file, "utf8").then(
    (text) => (JSON.parse(text) as { rows: PartMeasures[] }).rows,
    () => [],
  );
  const all = PARTS.flatMap(({ name }) => {
    const row = rows.find(({ part }) => part === name) ?? known.find(({ part }) => part === name);
    return row === undefined ? [] : [row];
  });
  const about = {
    version: VERSION,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "",
  };
  await mkdir(join(root, "bench/results"), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...about, rows: all }, null, 2)}\n`);
  const doc = join(root, "docs/performance.md");
  await writeFile(doc, page(await readFile(doc, "utf8"), about, all));
}
