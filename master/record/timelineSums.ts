import { addHistogram, type Histogram } from "./histogram.ts";
import type { SlaveRuns, SlotSum, TaskTimes, TimelineSums } from "./timeline.ts";

/** Start of the interval that a time is in. */
export function intervalOf(at: number, resolution: number): number {
  return Math.floor(at / resolution) * resolution;
}

/** Both together, as the sums of the interval that begins at `at`. */
export function addedSums(at: number, a: TimelineSums | undefined, b: TimelineSums): TimelineSums {
  if (a === undefined) return { ...b, at };
  return {
    at,
    slots: addedSlots(a.slots, b.slots),
    runs: addedRuns(a.runs, b.runs),
    done: a.done + b.done,
    failed: a.failed + b.failed,
    waiting: Math.max(a.waiting, b.waiting),
    times: addedTimes(a.times, b.times),
  };
}

function addedSlots(a: readonly SlotSum[], b: readonly SlotSum[]): SlotSum[] {
  const sums = new Map(a.map((sum) => [keyOf(sum), sum]));
  for (const sum of b) {
    const key = keyOf(sum);
    const before = sums.get(key);
    sums.set(key, before === undefined ? sum : addedSlot(before, sum));
  }
  return [...sums.values()];
}

function addedSlot(a: SlotSum, b: SlotSum): SlotSum {
  return { ...b, busy: a.busy + b.busy, units: a.units + b.units, failed: a.failed + b.failed };
}

function keyOf({ slaveId, slot, task }: SlotSum): string {
  return `${slaveId}/${slot}/${task}`;
}

function addedRuns(a: readonly SlaveRuns[], b: readonly SlaveRuns[]): SlaveRuns[] {
  const keyed = (runs: SlaveRuns) => [`${runs.slaveId}/${runs.task}`, runs] as const;
  const sums = new Map(a.map(keyed));
  for (const [key, runs] of b.map(keyed)) {
    const before = sums.get(key);
    sums.set(key, before === undefined ? runs : { ...runs, run: together(before.run, runs.run) });
  }
  return [...sums.values()];
}

/** Both histograms as one. */
export function together(a: Histogram, b: Histogram): Histogram {
  const counts = a.slice();
  addHistogram(counts, b);
  return counts;
}

function addedTimes(a: TimelineSums["times"], b: TimelineSums["times"]): Record<string, TaskTimes> {
  const times: Record<string, TaskTimes> = { ...a };
  for (const [task, more] of Object.entries(b)) times[task] = addedTask(times[task], more);
  return times;
}

/** Times of a task, all together. */
export function addedTask(a: TaskTimes = NO_TIMES, b: TaskTimes): TaskTimes {
  return {
    total: together(a.total, b.total),
    wait: together(a.wait, b.wait),
    run: together(a.run, b.run),
  };
}

const NO_TIMES: TaskTimes = { total: [], wait: [], run: [] };
