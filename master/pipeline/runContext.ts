import { AppError } from "../../shared/errors.ts";
import type { JobEvent, JobRecord } from "../../shared/job/port.ts";
import type { QueuedUnit } from "../../shared/queue/port.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type {
  FileRef,
  InputFile,
  Part,
  PublishedPart,
  RunContext,
  StepRef,
  UnitSpec,
} from "../../shared/tasks/task.ts";
import type { Collector } from "./collector.ts";
import { type MapParts, type MapWatch, mapUnits } from "./map.ts";
import { jobBudgets } from "./totalBudget.ts";
import type { UnitWork } from "./units.ts";

export interface JobContextParts extends MapParts {
  readonly put: (group: string, name: string, body: Uint8Array) => Promise<FileRef>;
  readonly read: (file: FileRef) => Promise<Buffer>;
  /** What the operator says of budgets. */
  readonly budgets: MaybeBudgets;
}

export interface JobToRun {
  readonly record: JobRecord;
  readonly options: object;
  readonly inputs: readonly InputFile[];
  readonly signal: AbortSignal;
  readonly collector: Collector;
  readonly progress: JobProgress;
}

/** The job as its task's `run` sees it. */
export function runContext(parts: JobContextParts, job: JobToRun): RunContext {
  const { record, signal, collector, options } = job;
  const names = new Set<string>();
  const budgets = jobBudgets(record, parts.budgets);
  const { watch } = job.progress;
  return {
    jobId: record.id,
    seed: record.seed,
    inputs: job.inputs,
    options,
    signal,
    map: (name: string, step: string | StepRef, units: Iterable<UnitSpec>): AsyncIterable<Part> => {
      if (names.has(name)) throw new AppError("map_name_taken", `The task uses the map name ${name} twice.`);
      names.add(name);
      const { id, task, priority } = record;
      const ref = typeof step === "string" ? { step } : step;
      const job = { id, task, priority, options };
      return mapUnits(parts, { job, name, step: ref, signal, watch, budgets }, units);
    },
    put: (name, body) => parts.put(record.id, name, body),
    read: parts.read,
    publish: (index: number, part: PublishedPart) => collector.publish(index, part),
    attach: (name, file) => collector.attach(name, file),
  };
}

/** What the record keeps of the work on a file; a part from before a restart tells neither slave nor start. */
export interface SpentWork {
  readonly attempts: number;
  readonly seconds: number;
  readonly slave?: string;
  readonly startedAt?: number;
}

/** Which files run just now and what was spent on each. Kept in memory: after a restart it would be wrong. */
export class JobProgress {
  readonly #running = new Map<number, number>();
  readonly #started = new Map<number, number>();
  readonly #work = new Map<number, UnitWork>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  readonly watch: MapWatch = {
    running: (unit) => {
      for (const index of inputsOf(unit)) if (!this.#started.has(index)) this.#started.set(index, Date.now());
      this.#count(unit, 1);
    },
    waiting: (unit) => this.#count(unit, -1),
    ended: (unit, work) => {
      this.#count(unit, -1);
      for (const index of inputsOf(unit)) this.#work.set(index, added(this.#work.get(index), work));
    },
  };

  isRunning(index: number): boolean {
    return (this.#running.get(index) ?? 0) > 0;
  }

  running(): number {
    return this.#running.size;
  }

  /** When a slave began with a file for the first time; milliseconds since 1970. */
  startedAt(index: number): number | undefined {
    return this.#started.get(index);
  }

  /** What was spent on a file so far; forgotten with this call. */
  takeWork(index: number): SpentWork {
    const work = this.#work.get(index);
    const startedAt = this.#started.get(index);
    this.#work.delete(index);
    this.#started.delete(index);
    this.#running.delete(index);
    return {
      attempts: work?.attempts ?? 1,
      seconds: work?.seconds ?? 0,
      ...(work === undefined ? {} : { slave: work.slave }),
      ...(startedAt === undefined ? {} : { startedAt }),
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

/** Places of the job's own files among those of a unit. */
function inputsOf(unit: QueuedUnit): number[] {
  return unit.files.flatMap((file) =>
    "index" in file && typeof file.index === "number" ? [file.index] : [],
  );
}

function added(before: UnitWork | undefined, work: UnitWork): UnitWork {
  if (before === undefined) return work;
  const seconds = before.seconds + work.seconds;
  return { slave: work.slave, seconds, attempts: Math.max(before.attempts, work.attempts) };
}

/** Events that give every file its end, for a job that ends as a whole. */
export function lastEvents(at: number, error: unknown): JobEvent[] {
  if (error === undefined) return [{ type: "ended", at }];
  if (error instanceof AppError) return [{ type: "broken", at, code: error.code, error: error.message }];
  return [
    { type: "broken", at, code: "internal_error", error: "The job failed because of an internal error." },
  ];
}
