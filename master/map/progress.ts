import type { JobOutlook } from "../../shared/contract/outlook.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { inputsOf } from "../queue/unitInputs.ts";
import type { JobRecord } from "../record/job.ts";
import type { SpentWork, UnitWork } from "../record/part.ts";
import type { MapWatch } from "./mapCall.ts";

export type LiveOutlook = (record: JobRecord) => JobOutlook | undefined;

/** What the record does not hold of a job that runs, for views. */
export type LiveProgress = Pick<
  JobProgress,
  "isRunning" | "isPlacing" | "running" | "shownRunning" | "startedAt" | "outlook"
> &
  // The master that runs the job alone knows it.
  Partial<Pick<JobProgress, "partsOf">>;

/** Of the units of a file, as far as they are known. */
interface PartCounts {
  readonly done: number;
  readonly total: number;
}

const NO_PARTS: PartCounts = { done: 0, total: 0 };

/** The files of a job that run now, and the work on each. In memory only: after a restart no file runs. */
export class JobProgress {
  readonly #running = new Map<number, number>();
  readonly #started = new Map<number, number>();
  readonly #work = new Map<number, UnitWork>();
  readonly #parts = new Map<number, PartCounts>();
  readonly #placing = new Set<number>();
  readonly #onChange: () => void;
  #stored = 0;

  /** How fast the job is and why it is not faster; undefined for a job that does not run. */
  readonly outlook: LiveOutlook;

  constructor(onChange: () => void, outlook: LiveOutlook = () => undefined) {
    this.#onChange = onChange;
    this.outlook = outlook;
  }

  readonly watch: MapWatch = {
    submitted: (unit, isDone) => {
      for (const index of inputsOf(unit)) {
        const { done, total } = this.#parts.get(index) ?? NO_PARTS;
        this.#parts.set(index, { done: done + (isDone ? 1 : 0), total: total + 1 });
      }
    },
    running: (unit) => {
      for (const index of inputsOf(unit)) if (!this.#started.has(index)) this.#started.set(index, Date.now());
      this.#count(unit, 1);
    },
    waiting: (unit) => this.#count(unit, -1),
    ended: (unit, work) => {
      this.#stored += 1;
      this.#count(unit, -1);
      for (const index of inputsOf(unit)) {
        this.#work.set(index, added(this.#work.get(index), work));
        const { done, total } = this.#parts.get(index) ?? NO_PARTS;
        this.#parts.set(index, { done: done + 1, total });
      }
    },
  };

  /** Number of objects that this run stored: parts of its units, and files that its task put. */
  get stored(): number {
    return this.#stored;
  }

  /** Counts a file that the task stored by itself. */
  put(): void {
    this.#stored += 1;
  }

  isRunning(index: number): boolean {
    return (this.#running.get(index) ?? 0) > 0;
  }

  /** Parts of a file with several units; undefined for another one. */
  partsOf(index: number): PartCounts | undefined {
    const parts = this.#parts.get(index);
    return parts !== undefined && parts.total > 1 ? parts : undefined;
  }

  /** The result of a file gets its place: until `placed` its name may change. */
  placing(index: number): void {
    this.#placing.add(index);
  }

  placed(index: number): void {
    this.#placing.delete(index);
  }

  isPlacing(index: number): boolean {
    return this.#placing.has(index);
  }

  /** Indexes of the files that views show as running. */
  shownRunning(): readonly number[] {
    return [...this.#running.keys(), ...this.#placing];
  }

  /** Number of files that run. */
  running(): number {
    return this.#running.size;
  }

  /** Time when a slave began with a file for the first time, milliseconds since 1970. */
  startedAt(index: number): number | undefined {
    return this.#started.get(index);
  }

  /** Removes the work on a file and returns it. */
  takeWork(index: number): SpentWork {
    const work = this.#work.get(index);
    const startedAt = this.#started.get(index);
    this.#work.delete(index);
    this.#started.delete(index);
    this.#parts.delete(index);
    this.#running.delete(index);
    return {
      attempts: work?.attempts ?? 1,
      seconds: work?.seconds ?? 0,
      slave: work?.slave,
      startedAt,
    };
  }

  #count(unit: QueuedUnit, change: 1 | -1): void {
    for (const index of inputsOf(unit)) {
      const count = (this.#running.get(index) ?? 0) + change;
      if (count > 0) this.#running.set(index, count);
      else this.#running.delete(index);
    }
    this.#onChange();
  }
}

function added(before: UnitWork | undefined, work: UnitWork): UnitWork {
  if (before === undefined) return work;
  const seconds = before.seconds + work.seconds;
  return { slave: work.slave, seconds, attempts: Math.max(before.attempts, work.attempts) };
}
