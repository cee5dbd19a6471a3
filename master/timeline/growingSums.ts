import { addTime } from "../record/histogram.ts";
import {
  RESOLUTIONS,
  type SlaveRuns,
  type SlotSum,
  type TaskTimes,
  type TimelineSums,
  type WorkSpan,
} from "../record/timeline.ts";
import { intervalOf } from "../record/timelineSums.ts";

/** A file that ended, and its times in seconds. */
export interface EndedFile {
  readonly at: number;
  readonly state: "done" | "failed";
  readonly total: number;
  readonly wait: number;
  readonly run: number;
}

/** When a unit ended, and how long it ran. */
export interface EndedUnit {
  readonly at: number;
  readonly seconds: number;
}

type Growing<T> = { -readonly [Member in keyof T]: T[Member] };
type GrowingTimes = { readonly [Member in keyof TaskTimes]: number[] };

interface GrowingInterval {
  readonly slots: Map<string, Growing<SlotSum>>;
  readonly runs: Map<string, SlaveRuns & { readonly run: number[] }>;
  readonly times: Map<string, GrowingTimes>;
  done: number;
  failed: number;
  waiting: number;
}

const [FINEST] = RESOLUTIONS;

/** Sums of the intervals since the last time that they were taken. */
export class GrowingSums {
  readonly #intervals = new Map<number, GrowingInterval>();

  fileEnded(task: string, { at, state, total, wait, run }: EndedFile): void {
    const interval = this.#at(at);
    interval[state] += 1;
    const times = interval.times.get(task) ?? { total: [], wait: [], run: [] };
    interval.times.set(task, times);
    addTime(times.total, total);
    addTime(times.wait, wait);
    addTime(times.run, run);
  }

  /** A unit ended at a slave, after so many seconds. */
  unitEnded(slaveId: string, task: string, { at, seconds }: EndedUnit): void {
    const { runs } = this.#at(at);
    const key = `${slaveId}/${task}`;
    const known = runs.get(key) ?? { slaveId, task, run: [] };
    runs.set(key, known);
    addTime(known.run, seconds);
  }

  waiting(at: number, files: number): void {
    if (files === 0) return;
    const interval = this.#at(at);
    interval.waiting = Math.max(interval.waiting, files);
  }

  /** Shares the work of a span among the intervals that it touches; its units count where it ends. */
  span(span: WorkSpan): void {
    const { from, to, busy, units, state } = span;
    const share = to > from ? busy / (to - from) : 0;
    for (let at = intervalOf(from, FINEST); at < to; at += FINEST) {
      const inside = Math.min(to, at + FINEST) - Math.max(from, at);
      this.#slot(at, span).busy += inside * share;
    }
    const last = this.#slot(Math.max(from, to - 1), span);
    last.units += units;
    if (state === "failed") last.failed += units;
  }

  take(): TimelineSums[] {
    const sums = [...this.#intervals].map(([at, { slots, runs, times, ...counts }]) => ({
      at,
      ...counts,
      slots: [...slots.values()],
      runs: [...runs.values()],
      times: Object.fromEntries(times),
    }));
    this.#intervals.clear();
    return sums;
  }

  #slot(at: number, { slaveId, slave, slot, task }: WorkSpan): Growing<SlotSum> {
    const { slots } = this.#at(at);
    const key = `${slaveId}/${slot}/${task}`;
    const known = slots.get(key);
    if (known !== undefined) return known;
    const sum = { slaveId, slave, slot, task, busy: 0, units: 0, failed: 0 };
    slots.set(key, sum);
    return sum;
  }

  #at(time: number): GrowingInterval {
    const at = intervalOf(time, FINEST);
    const known = this.#intervals.get(at);
    if (known !== undefined) return known;
    const interval = { slots: new Map(), runs: new Map(), times: new Map(), done: 0, failed: 0, waiting: 0 };
    this.#intervals.set(at, interval);
    return interval;
  }
}
