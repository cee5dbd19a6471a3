import { setTimeout as sleep } from "node:timers/promises";
import type { JobView } from "../../../shared/contract/jobs.ts";
import { small, upload } from "../client.ts";
import { type Sample, watchSite } from "../engines/samples.ts";
import { type EngineSite, withSite } from "../engines/site.ts";
import { atLeast, type BenchPart, type Measure, median, stated } from "../part.ts";

const MASTERS = 4;
/** Simulated slaves of each master, and slots of each slave: 2,000 slots together. */
const SLAVES = 20;
const SLOTS = 25;
/** The same slots with twice the units a second, and half of them: where the first falls short and the second does not, slots wait for cores. */
const RUNS = [
  { unitSeconds: 20, unitsPerSlot: 5 },
  { unitSeconds: 40, unitsPerSlot: 3 },
] as const;
const ALL_SLOTS = MASTERS * SLAVES * SLOTS;
/** Units of one length would end together, and all slots wait for work at the same time. */
const SPREAD = 0.5;
const INTERVAL_MS = 5_000;
const LOOK_MS = 500;
/** Times the shortest possible run after which the job is given up. */
const LONGEST = 3;

/** Simulates 2,000 slots at four masters, all busy with one job of the first master. `--kind redis`: they share units over Redis. */
export const masters: BenchPart = {
  name: "masters",
  run: async (scale, kind) => {
    const engine = kind === "redis" ? "redis" : "postgres";
    const fleet = { engine, masters: MASTERS, slaves: SLAVES, slots: SLOTS } as const;
    const measures: Measure[] = [];
    for (const { unitSeconds, unitsPerSlot } of RUNS) {
      const run = { unitSeconds, unitsPerSlot: scale(unitsPerSlot) };
      measures.push(...(await withSite(fleet, (site) => oneLargeJob(site, run))));
    }
    return measures;
  },
};

interface Run {
  readonly unitSeconds: number;
  readonly unitsPerSlot: number;
}

async function oneLargeJob(site: EngineSite, { unitSeconds, unitsPerSlot }: Run): Promise<Measure[]> {
  const [first] = site.masters;
  if (first === undefined) throw new Error("there is no master");
  const units = ALL_SLOTS * unitsPerSlot;
  const job = {
    task: "wait",
    field: "files",
    files: small(units),
    options: { ms: unitSeconds * 1000, spread: SPREAD },
    headers: { prefer: "respond-async" },
  };
  const { headers } = await upload(first.url, job);
  const began = performance.now();
  const stop = await watchSite(site, INTERVAL_MS);
  const ideal = unitsPerSlot * unitSeconds;
  const done = await doneWithin(`${first.url}${headers.location}?limit=1`, units, LONGEST * ideal);
  const seconds = (performance.now() - began) / 1000;
  const samples = await stop();
  const share = (done * unitSeconds) / ALL_SLOTS / seconds;
  const about = `${done} of ${units} units of ${unitSeconds * (1 - SPREAD)} to ${unitSeconds * (1 + SPREAD)} s, one job`;
  return [
    atLeast("share of slots busy while units wait", rounded(busyShare(samples, units)), 0.9, about),
    stated("share of slot time in use, with the last units, which leave slots free", rounded(share), ""),
    stated("units/s of the whole run", rounded(done / seconds), `at most ${ALL_SLOTS / unitSeconds}`),
    ...series(samples),
    ...load(samples.filter(({ busy }) => busy >= ALL_SLOTS * 0.9)),
  ];
}

/** Number of files that are done when all are, or after the longest time. */
async function doneWithin(job: string, units: number, longestSeconds: number): Promise<number> {
  const ending = performance.now() + longestSeconds * 1000;
  for (;;) {
    const { counts } = (await (await fetch(job)).json()) as JobView;
    if (counts.done === units || performance.now() > ending) return counts.done;
    await sleep(LOOK_MS);
  }
}

/** Mean share of the slots that are busy at the ends of the intervals at which units are left that no slave has. */
function busyShare(samples: readonly Sample[], units: number): number {
  const shares: number[] = [];
  let done = 0;
  let before = 0;
  for (const { at, busy, unitsPerSecond } of samples) {
    done += unitsPerSecond * (at - before);
    before = at;
    if (done + busy < units) shares.push(busy / ALL_SLOTS);
  }
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** One row for each interval. */
function series(samples: readonly Sample[]): Measure[] {
  return samples.map((sample) =>
    stated(
      `slots busy after ${Math.round(sample.at)} s`,
      sample.busy,
      `${Math.round(sample.unitsPerSecond)} units/s; masters ${rounded(sample.masterCores)} cores, PostgreSQL ${rounded(sample.postgresCores)}`,
    ),
  );
}

/** Medians of the intervals in which the fleet was busy. */
function load(busy: readonly Sample[]): Measure[] {
  if (busy.length === 0) return [stated("nine of ten slots were busy", "never")];
  const middle = (value: (sample: Sample) => number) => rounded(median(busy.map(value)));
  const most = (values: (sample: Sample) => readonly number[]) =>
    Array.from({ length: MASTERS }, (_, n) => Math.max(...busy.map((sample) => values(sample)[n] ?? 0)));
  return [
    stated(
      "while nine of ten slots are busy: cores of all masters",
      middle(({ masterCores }) => masterCores),
    ),
    stated(
      "cores of PostgreSQL",
      middle(({ postgresCores }) => postgresCores),
    ),
    stated(
      "its commits/s",
      middle(({ commitsPerSecond }) => commitsPerSecond),
    ),
    stated(
      "cores of the simulated slaves",
      middle(({ slaveCores }) => slaveCores),
    ),
    stated(
      "most MiB of each master",
      most(({ memories }) => memories).join(", "),
      "the first one has the job",
    ),
    stated(
      "event loop late by, ms, p99 of 5 s: median",
      middle(({ delays }) => Math.max(...delays)),
      "of the slowest master",
    ),
    stated("event loop late by, ms: most of each master", most(({ delays }) => delays).join(", ")),
  ];
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
