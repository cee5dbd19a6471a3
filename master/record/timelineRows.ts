import type { SlaveRuns, SlotName, SlotSum, SpanState, TimelineSums, WorkSpan } from "./timeline.ts";

/**
 * Spans and sums as JSON: names stand once, and the members of all spans follow each other as numbers. It is a fifth of
 * the size of objects, and is written and read in a quarter of the time.
 */

const STATES: readonly SpanState[] = ["done", "failed", "returned", "running"];
const NO_INDEX = -1;
const SPAN_MEMBERS = 10;
const SUM_MEMBERS = 7;

/** Names by their numbers, and the numbers of names. */
class Names {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.all.length);
    return this.all.push(name) - 1;
  }
}

interface PackedNames {
  readonly names: readonly string[];
  readonly numbers: readonly number[];
}

/** @param base time that the others are told from */
export function packedSpans(spans: readonly WorkSpan[], base: number): string {
  const names = new Names();
  const numbers = spans.flatMap((span) => [
    names.numberOf(span.slaveId),
    names.numberOf(span.slave),
    span.slot,
    names.numberOf(span.task),
    names.numberOf(span.job),
    span.index ?? NO_INDEX,
    span.from - base,
    span.to - span.from,
    Math.round(span.busy),
    span.units * STATES.length + STATES.indexOf(span.state),
  ]);
  return JSON.stringify({ names: names.all, numbers } satisfies PackedNames);
}

export function unpackedSpans(text: string, base: number): WorkSpan[] {
  const { names, numbers } = JSON.parse(text) as PackedNames;
  const spans: WorkSpan[] = [];
  for (let at = 0; at < numbers.length; at += SPAN_MEMBERS) {
    const number = (member: number) => numbers[at + member] ?? 0;
    const index = number(5);
    const from = base + number(6);
    spans.push({
      ...slotOf(names, numbers, at),
      task: names[number(3)] ?? "",
      job: names[number(4)] ?? "",
      index: index === NO_INDEX ? undefined : index,
      from,
      to: from + number(7),
      busy: number(8),
      units: Math.floor(number(9) / STATES.length),
      state: STATES[number(9) % STATES.length] ?? "done",
    });
  }
  return spans;
}

/** The first three members of a span or of a slot's sums. */
function slotOf(names: readonly string[], numbers: readonly number[], at: number): SlotName {
  return {
    slaveId: names[numbers[at] ?? 0] ?? "",
    slave: names[numbers[at + 1] ?? 0] ?? "",
    slot: numbers[at + 2] ?? 0,
  };
}

/** `runs` as numbers, too; rows of earlier versions have none. */
type PackedSums = PackedNames &
  Omit<TimelineSums, "slots" | "runs" | "at"> & {
    readonly runs?: readonly number[];
    readonly place?: string | undefined;
  };

/** Sums of one row, and the place of the master that wrote it where several share the record. */
export interface PlacedSums {
  readonly sums: TimelineSums;
  readonly place: string | undefined;
}

export function packedSums(sums: TimelineSums, place?: string): string {
  const { slots, runs, done, failed, waiting, times } = sums;
  const names = new Names();
  const numbers = slots.flatMap((sum) => [
    names.numberOf(sum.slaveId),
    names.numberOf(sum.slave),
    sum.slot,
    names.numberOf(sum.task),
    Math.round(sum.busy),
    sum.units,
    sum.failed,
  ]);
  const packed = packedRuns(runs, names);
  return JSON.stringify({
    ...{ names: names.all, numbers, runs: packed, done, failed, waiting, times, place },
  } satisfies PackedSums);
}

export function unpackedSums(text: string, at: number): PlacedSums {
  const { names, numbers, runs = [], place, ...rest } = JSON.parse(text) as PackedSums;
  const slots: SlotSum[] = [];
  for (let next = 0; next < numbers.length; next += SUM_MEMBERS) {
    const number = (member: number) => numbers[next + member] ?? 0;
    slots.push({
      ...slotOf(names, numbers, next),
      task: names[number(3)] ?? "",
      busy: number(4),
      units: number(5),
      failed: number(6),
    });
  }
  return { place, sums: { at, slots, runs: unpackedRuns(runs, names), ...rest } };
}

/** Slave, task, the first bucket that is not empty, the number of buckets from there on, and these. */
function packedRuns(runs: readonly SlaveRuns[], names: Names): number[] {
  return runs.flatMap(({ slaveId, task, run }) => {
    const first = Math.max(
      0,
      run.findIndex((count) => count > 0),
    );
    const buckets = run.slice(first);
    return [names.numberOf(slaveId), names.numberOf(task), first, buckets.length, ...buckets];
  });
}

const RUNS_HEAD = 4;

function unpackedRuns(numbers: readonly number[], names: readonly string[]): SlaveRuns[] {
  const runs: SlaveRuns[] = [];
  for (let at = 0; at < numbers.length; ) {
    const [slave = 0, task = 0, first = 0, length = 0] = numbers.slice(at, at + RUNS_HEAD);
    at += RUNS_HEAD;
    const buckets = numbers.slice(at, at + length);
    at += length;
    const run = [...new Array<number>(first).fill(0), ...buckets];
    runs.push({ slaveId: names[slave] ?? "", task: names[task] ?? "", run });
  }
  return runs;
}
