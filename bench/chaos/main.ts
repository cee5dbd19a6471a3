import { parseArgs } from "node:util";
import { ENGINES } from "./engines/fleet.ts";
import { runEngineChaos } from "./engines/run.ts";
import { measureAll } from "./measure/all.ts";
import { table, violationsOf } from "./report.ts";
import { runChaos } from "./run.ts";

/**
 * `npm run chaos -- --seed N --minutes M`: exits with 1 when a job is missing, a result differs or something is left behind.
 * `--engine postgres|redis --masters M` hurts several masters that share PostgreSQL, a bucket, and their units over that engine.
 * `--measure` also measures the cost of faults, `--quiet` prints the result only.
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    minutes: { type: "string", default: "2" },
    quiet: { type: "boolean", default: false },
    measure: { type: "boolean", default: false },
    engine: { type: "string" },
    store: { type: "string", default: "s3" },
    masters: { type: "string", default: "3" },
  },
});
const started = Date.now();
const seed = Number(values.seed);
const tell = (line: string) => {
  if (!values.quiet) console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
};
tell(`seed ${seed}, ${values.minutes} minutes`);
const options = { seed, seconds: Number(values.minutes) * 60, recipes: 24, tell };
const engine = ENGINES.find((name) => name === values.engine);
if (engine === undefined && values.engine !== undefined)
  throw new Error(`--engine is one of ${ENGINES.join(", ")}`);
if (values.store !== "s3") throw new Error("--store is s3: several masters share a bucket");
const report =
  engine === undefined
    ? await runChaos(options)
    : await runEngineChaos({ ...options, engine, masters: Number(values.masters) });
console.log(`\nseed ${seed}, ${values.minutes} minutes of faults\n${table(report)}`);
if (values.measure) console.log(["", ...(await measureAll(seed))].join("\n"));
const isBroken = violationsOf(report).some(([, list]) => list.length > 0);
// An unanswered connection must not delay the exit.
process.exit(isBroken ? 1 : 0);
