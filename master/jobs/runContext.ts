import { AppError } from "../../shared/errors.ts";
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
import { type MapDeps, mapUnits } from "../map/map.ts";
import type { JobProgress } from "../map/progress.ts";
import { LastSign } from "../map/waiting.ts";
import type { JobEvent, JobRecord } from "../record/port.ts";
import type { Collector } from "../results/collector.ts";
import { jobBudgets } from "./totalBudget.ts";

export interface JobContextDeps extends MapDeps {
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
export function runContext(deps: JobContextDeps, job: JobToRun): RunContext {
  const { record, signal, collector, options } = job;
  const names = new Set<string>();
  const budgets = jobBudgets(record, deps.budgets);
  const { watch } = job.progress;
  const lastSign = new LastSign(record.startedAt ?? record.createdAt);
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
      return mapUnits(deps, { job, name, step: ref, signal, watch, budgets, lastSign }, units);
    },
    put: (name, body) => {
      job.progress.put();
      return deps.put(record.id, name, body);
    },
    read: deps.read,
    publish: (index: number, part: PublishedPart) => collector.publish(index, part),
    attach: (name, file) => collector.attach(name, file),
  };
}

/** Events that give every file its end, for a job that ends as a whole. */
export function lastEvents(at: number, error: unknown): JobEvent[] {
  if (error === undefined) return [{ type: "ended", at }];
  if (error instanceof AppError) return [{ type: "broken", at, code: error.code, error: error.message }];
  return [
    { type: "broken", at, code: "internal_error", error: "The job failed because of an internal error." },
  ];
}
