import { type CsvCell, csvLine } from "../../shared/csv.ts";
import { meansOf, numberBusy, type SlotProfile } from "./busyProfile.ts";
import type { CallsMade } from "./callers.ts";

/** A run: so many callers over so many slaves, what they did, and when each slot was busy. */
export interface MeasuredRun extends CallsMade {
  readonly callers: number;
  readonly slaves: number;
  readonly profile: readonly SlotProfile[];
}

/** The numbers of a run, named as the columns of `throughput.csv`. */
export interface RunNumbers {
  readonly callers: number;
  readonly slaves: number;
  /** Slots of all slaves together. */
  readonly slots: number;
  readonly calls: number;
  readonly failed: number;
  readonly seconds: number;
  readonly calls_per_second: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  /** Share of the time of all slots in which they were busy, from 0 to 1. */
  readonly busy: number;
}

export const RUN_FIELDS = [
  ...[
    "callers",
    "slaves",
    "slots",
    "calls",
    "failed",
    "seconds",
    "calls_per_second",
    "p50_ms",
    "p95_ms",
    "busy",
  ],
] as const satisfies readonly (keyof RunNumbers)[];

export function numbersOf(run: MeasuredRun): RunNumbers {
  const { callers, slaves, profile, times, failed } = run;
  const slots = profile.length;
  const seconds = secondsOf(run);
  const sorted = times.toSorted((a, b) => a - b);
  const [meanBusy = 0] = meansOf(numberBusy(profile), seconds * 1_000, 1);
  return {
    ...{ callers, slaves, slots, calls: times.length, failed, seconds },
    calls_per_second: rounded(times.length / seconds),
    p50_ms: rounded(percentile(sorted, 0.5)),
    p95_ms: rounded(percentile(sorted, 0.95)),
    busy: rounded(meanBusy / Math.max(1, slots)),
  };
}

export function secondsOf({ from, to }: Pick<MeasuredRun, "from" | "to">): number {
  return Math.max(1, to - from) / 1_000;
}

/** The smallest time that this share of the times does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function throughputCsv(runs: readonly MeasuredRun[]): string {
  const rows = runs.map(numbersOf).map((numbers) => RUN_FIELDS.map((field) => numbers[field]));
  return [RUN_FIELDS, ...rows].map(csvLine).join("");
}

const PROFILE_FIELDS = ["callers", "slaves", "slave", "slot", "from_seconds", "to_seconds", "state"];

/** The busy and idle times of each slot in each run, in seconds since its start; they follow each other without gaps. */
export function* profileCsv(runs: readonly MeasuredRun[]): Generator<string> {
  yield csvLine(PROFILE_FIELDS);
  for (const run of runs)
    for (const slot of run.profile) for (const cells of statesOf(slot, run)) yield csvLine(cells);
}

function* statesOf({ slave, slot, busy }: SlotProfile, run: MeasuredRun): Generator<readonly CsvCell[]> {
  const row = (from: number, to: number, state: string) => [
    ...[run.callers, run.slaves, slave, slot, from / 1_000, to / 1_000, state],
  ];
  let free = 0;
  for (const { from, to } of busy) {
    if (free < from) yield row(free, from, "idle");
    yield row(from, to, "busy");
    free = to;
  }
  const end = run.to - run.from;
  if (free < end) yield row(free, end, "idle");
}
