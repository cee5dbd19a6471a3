import { AppError } from "../../shared/errors.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import { inIndexOrder } from "../../shared/tasks/maps.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { InputFile, PublishedPart, RunContext, StepRef } from "../../shared/tasks/task.ts";
import type { WholeJob } from "../classic/wholeJob.ts";
import { type MapDeps, mapUnits } from "../map/map.ts";
import type { JobProgress } from "../map/progress.ts";
import { LastSign } from "../map/waiting.ts";
import type { JobRecord } from "../record/job.ts";
import type { Collector } from "../results/collector.ts";
import type { JobFiles } from "./jobFiles.ts";
import { jobBudgets } from "./totalBudget.ts";

export interface RunContextDeps {
  readonly map: MapDeps;
  readonly files: JobFiles;
  /** Time budgets that the operator set. */
  readonly budgets: MaybeBudgets;
}

export interface JobToRun {
  readonly record: Pick<
    JobRecord,
    "id" | "task" | "priority" | "client" | "seed" | "createdAt" | "startedAt" | "budgets"
  >;
  readonly options: object;
  readonly inputs: readonly InputFile[];
  readonly signal: AbortSignal;
  readonly collector: Pick<Collector, "publish" | "attach" | "warn">;
  readonly progress: Pick<JobProgress, "watch" | "put">;
}

/** A step of a task that is not named there would change results whose recorded ones are still taken. */
function requireBorrowed(task: string, { task: other = task }: StepRef): void {
  if (other === task || taskNamed(task).borrows.includes(other)) return;
  throw new Error(`the task ${task} does steps of ${other}, which its \`borrows\` does not name`);
}

/** The job as the `run` of its task sees it. */
export function runContext(deps: RunContextDeps, job: JobToRun): WholeJob {
  const { record, signal, collector, options } = job;
  const names = new Set<string>();
  const budgets = jobBudgets(record, deps.budgets);
  const { watch } = job.progress;
  const lastSign = new LastSign(record.startedAt ?? record.createdAt);
  const map: RunContext["map"] = (name, step, units) => {
    if (names.has(name)) throw new AppError("map_name_taken", `The task uses the map name ${name} twice.`);
    names.add(name);
    const { id, task, priority, client } = record;
    const ref: StepRef = typeof step === "string" ? { step } : step;
    requireBorrowed(task, ref);
    const job = { id, task, priority, client, options };
    return mapUnits(deps.map, { job, name, step: ref, signal, watch, budgets, lastSign }, units);
  };
  return {
    jobId: record.id,
    seed: record.seed,
    inputs: job.inputs,
    options,
    signal,
    map,
    mapInOrder: (...call) => inIndexOrder(map(...call)),
    put: (name, body) => {
      job.progress.put();
      return deps.files.put(record.id, name, body);
    },
    read: (file) => deps.files.read(file),
    publish: (index: number, part: PublishedPart) => collector.publish(index, part),
    warn: (warning) => collector.warn(warning),
    attach: (name, file) => collector.attach(name, file),
  };
}
