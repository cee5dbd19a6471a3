import type { Histogram } from "../record/histogram.ts";
import type { TimelineSums } from "../record/timeline.ts";
import { together } from "../record/timelineSums.ts";

/** What a slave did for a task. */
export interface TaskWork {
  readonly task: string;
  readonly units: number;
  readonly failed: number;
  /** Milliseconds for which its slots worked on the task. */
  readonly busy: number;
  readonly run: Histogram;
}

/** Adds what a slave did in an interval to what it did before, by task. */
export function addWork(work: Map<string, TaskWork>, slaveId: string, { slots, runs }: TimelineSums): void {
  const of = (task: string) => work.get(task) ?? { task, units: 0, failed: 0, busy: 0, run: [] };
  for (const { task, units, failed, busy, slaveId: id } of slots) {
    if (id !== slaveId) continue;
    const known = of(task);
    work.set(task, {
      ...known,
      units: known.units + units,
      failed: known.failed + failed,
      busy: known.busy + busy,
    });
  }
  for (const { task, run, slaveId: id } of runs) {
    if (id !== slaveId) continue;
    const known = of(task);
    work.set(task, { ...known, run: together(known.run, run) });
  }
}
