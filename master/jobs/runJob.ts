import { isCode } from "../../shared/codes.ts";
import { isFinal } from "../../shared/contract/jobs.ts";
import { AppError, CodedError, notWritable } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { mainStepOf, runOverFiles } from "../../shared/tasks/maps.ts";
import { wholeOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import { type WholeJob, wholeJobRun } from "../classic/wholeJob.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { JobEvent } from "../record/events.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import { type KeptBytes, keptBytes } from "../record/keptBytes.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { Collector } from "../results/collector.ts";
import { restoreResults } from "../results/restore.ts";
import type { ResultWriter } from "../results/resultWriter.ts";
import { type ReuseKeyOf, reuseKeys } from "../results/reuseKey.ts";
import { asInputs } from "./jobInputs.ts";
import { type RunContextDeps, runContext } from "./runContext.ts";
import type { RunningJob } from "./runningJob.ts";
import { Twins, type TwinsDeps } from "./twins.ts";

export interface JobRunDeps extends RunContextDeps {
  readonly jobs: RecordOfJobs;
  readonly results: ResultWriter;
  readonly store: TwinsDeps["store"];
  readonly dispatcher: Pick<Dispatcher, "cancel">;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly keptBytes: KeptBytes;
  /** Whose jobs a client sees (`JOBS`). */
  readonly sight: "all" | "own";
  readonly logger: Logger;
}

/** A job from the top of its `run` to its end in the record; what is recorded of it is not done again. */
export interface JobRun {
  readonly job: RunningJob;
  readonly record: JobRecord;
  /** The job's files at the start of this run. */
  readonly files: readonly FileRecord[];
}

/** Resolves with the final record, or with the record as it is when the master stops; never rejects. */
export async function runJob(deps: JobRunDeps, run: JobRun): Promise<JobRecord> {
  const { jobs, results, logger } = deps;
  const { job, record, files } = run;
  const twins = new Twins(files);
  const onFileEnded = (file: FileRecord) => {
    job.fileEnded(file);
    twins.ended(file);
  };
  const reuseKeyOf = reuseKeysOf(deps, record);
  const collected = { record, files, progress: job.progress, onFileEnded, reuseKeyOf };
  const collector = new Collector({ jobs, results }, collected);
  try {
    const error = await work(deps, run, { collector, twins });
    if (isStopping(job)) return (await jobs.get(record.id)) ?? record;
    if (job.isMoved || hasMoved(error)) throw moved(record.id);
    return await finish(deps, run, { error, collector, twins });
  } catch (error) {
    if (hasMoved(error)) await dropped(deps, run, { collector, twins });
    else
      logger.error(
        { err: error, job: record.id },
        "the end of a job could not be recorded: it runs on from its record",
      );
    return (await jobs.get(record.id).catch(() => undefined)) ?? record;
  }
}

/** Resolves with the error that ended the job, if one did. */
async function work(deps: JobRunDeps, run: JobRun, { collector, twins }: JobEnds): Promise<unknown> {
  const { jobs, registry } = deps;
  const { record, files } = run;
  const { signal, progress } = run.job;
  // Restoring runs beside the work: what is done already must not hold up what is not.
  const restored = restoreResults(deps.results, {
    id: record.id,
    task: record.task,
    files,
    isStopping: () => isStopping(run.job),
  });
  restored.catch(() => undefined);
  try {
    if (record.state === "queued") await jobs.apply(record.id, [{ type: "started", at: Date.now() }]);
    const task = taskNamed(record.task);
    const options = wholeOptions(task, record);
    // Always the same in each run of the job, so that a replay finds its parts.
    const own = files.filter(({ cached, twinOf }) => cached === undefined && twinOf === undefined);
    const inputs = asInputs(own);
    const context = runContext(deps, { record, options, inputs, signal, collector, progress });
    const taskRun = runOf(task, registry);
    twins.begin({ store: deps.store, task, options, collector, context, run: taskRun }, files);
    const known = collector.publishCached(signal);
    await Promise.all([known, inputs.length > 0 && taskRun(context)]);
    await collector.flush();
    await twins.all();
    await collector.flush();
    await restored;
    const [missing] = collector.unpublished();
    if (missing === undefined) return undefined;
    return new AppError("not_processed", `The task ended without a result for ${missing.filename}.`);
  } catch (error) {
    return error;
  } finally {
    // A job that has ended may be removed: nothing may write its results then.
    await restored.catch(() => undefined);
  }
}

function hasMoved(error: unknown): boolean {
  return error instanceof AppError && isCode(error.code, "job_moved");
}

/** Why a job that another master runs now stops here. */
export function moved(id: string): AppError {
  return new AppError("job_moved", `Job ${id} is run by another master now.`, { status: 409 });
}

/** Leaves the job to another master: ends its leases, and lets what is being recorded be refused. */
async function dropped(
  { dispatcher, logger }: JobRunDeps,
  { job, record }: JobRun,
  ends: JobEnds,
): Promise<void> {
  logger.warn({ job: record.id }, `job ${record.id} goes on at another master`);
  job.leave(moved(record.id));
  await dispatcher.cancel(record.id, "moved");
  await settled(ends);
}

/** Resolves when no file of the job is being recorded any more. */
async function settled({ collector, twins }: JobEnds): Promise<void> {
  await collector.flush().catch(() => undefined);
  await twins.all().catch(() => undefined);
  await collector.flush().catch(() => undefined);
}

/** The next start of the master runs the job on. */
function isStopping({ stopReason }: RunningJob): boolean {
  return stopReason?.code === "stopping";
}

/** Both end files of the job. */
interface JobEnds {
  readonly collector: Collector;
  readonly twins: Twins;
}

interface Outcome extends JobEnds {
  readonly error: unknown;
}

/** Records the end of the job. */
async function finish(deps: JobRunDeps, { job, record }: JobRun, outcome: Outcome): Promise<JobRecord> {
  const { jobs, dispatcher, logger } = deps;
  const { error } = outcome;
  const { stopReason } = job;
  const isCancelled = stopReason !== undefined && stopReason.code !== "job_too_long";
  if (error !== undefined && !isCancelled) {
    logger.error({ err: error, job: record.id }, "a job failed as a whole: its open files fail with it");
    // Maps that the task left open would wait for parts for ever.
    job.abort(new AppError("internal_error", "The job has failed.", { cause: error }));
    await dispatcher.cancel(record.id);
  }
  // Files that ended have their results, and are told of, before the job ends.
  await settled(outcome);
  const at = Date.now();
  if (isCancelled) {
    const { code, message } = stopReason;
    return await jobs.apply(record.id, [{ type: "cancelled", at, code, error: message }]);
  }
  const final = await jobs.apply(record.id, [endEvent(at, error)]);
  if (!isFinal(final.state)) throw new Error(`job ${record.id} ended as ${final.state}`);
  const { doneAtOnce, progress } = job;
  const bytes = keptBytes(final, { doneAtOnce, stored: progress.stored });
  if (bytes !== undefined) deps.keptBytes.set(final.id, bytes);
  return final;
}

/** The event that gives the job and every file of it an end. */
function endEvent(at: number, error: unknown): JobEvent {
  if (error === undefined) return { type: "ended", at };
  const known = notWritable(error) ?? error;
  if (known instanceof CodedError) return { type: "failed", at, code: known.code, error: known.message };
  return {
    type: "failed",
    at,
    code: "internal_error",
    error: "The job failed because of an internal error.",
  };
}

function runOf(
  task: TaskDefinition,
  registry: Pick<SlaveRegistry, "all">,
): (context: WholeJob) => Promise<void> {
  return (
    wholeJobRun(task, registry.all()) ?? task.run ?? ((context) => runOverFiles(mainStepOf(task), context))
  );
}

function reuseKeysOf({ sight }: Pick<JobRunDeps, "sight">, record: JobRecord): ReuseKeyOf | undefined {
  try {
    const task = taskNamed(record.task);
    return reuseKeys(sight, { ...record, task, options: wholeOptions(task, record) });
  } catch {
    // A task or options of another version: the job fails for the same reason.
    return undefined;
  }
}
