import { isFinal } from "../../shared/contract/jobs.ts";
import { AppError, UnavailableError } from "../../shared/errors.ts";
import { wholeOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { type RunContext, runOverFiles, type TaskDefinition } from "../../shared/tasks/task.ts";
import { runWholeJob } from "../classic/wholeJob.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { CLASSIC_WHOLE_JOB_TASK } from "../fleet/slave.ts";
import { JobProgress } from "../map/progress.ts";
import type { ChangeHub } from "../record/hub.ts";
import type { FileRecord, JobRecord } from "../record/port.ts";
import { Collector, type CollectorDeps } from "../results/collector.ts";
import { restoreResults } from "../results/restore.ts";
import { type FollowedJob, finishedJob, inOrderOfEnd } from "./followed.ts";
import { type KeptBytes, keptBytes } from "./keptBytes.ts";
import { type JobContextDeps, lastEvents, runContext } from "./runContext.ts";
import { endInTime, isTooLong, jobBudgets } from "./totalBudget.ts";

export interface RunnerDeps extends JobContextDeps, CollectorDeps {
  readonly dispatcher: Dispatcher;
  readonly registry: SlaveRegistry;
  readonly hub: ChangeHub;
  readonly keptBytes: KeptBytes;
}

interface Running extends FollowedJob {
  readonly controller: AbortController;
  /** Files without an end, and their bytes. */
  readonly left: { files: number; bytes: number };
}

/** Runs jobs: every job that is not final in the record has its `run` going here, after a restart too. */
export class JobRunner {
  readonly #deps: RunnerDeps;
  readonly #running = new Map<string, Running>();
  readonly #starting = new Map<string, Promise<Running>>();
  #stopping = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  /**
   * Starts the job from the top, unless it runs already; what is recorded of it is not done again. Its files are
   * read, unless given.
   * @throws UnavailableError `stopping`
   */
  async start(record: JobRecord, files?: readonly FileRecord[]): Promise<FollowedJob> {
    if (this.#stopping) throw new UnavailableError("stopping", "The master stops.");
    const known = this.#running.get(record.id) ?? this.#starting.get(record.id);
    if (known !== undefined) return await known;
    const starting = this.#start(record, files).finally(() => this.#starting.delete(record.id));
    this.#starting.set(record.id, starting);
    return await starting;
  }

  /** The job to wait for and to watch, running or over; undefined when there is none. */
  async follow(id: string): Promise<FollowedJob | undefined> {
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const record = await this.#deps.jobs.get(id);
    if (record === undefined) return undefined;
    if (!isFinal(record.state)) return await this.start(record);
    return finishedJob(record, await this.#deps.jobs.files(id));
  }

  get(id: string): FollowedJob | undefined {
    return this.#running.get(id);
  }

  /** What is still to be done, over all jobs. */
  load(): { readonly jobs: number; readonly files: number; readonly bytes: number } {
    let files = 0;
    let bytes = 0;
    for (const running of this.#running.values()) {
      files += running.left.files;
      bytes += running.left.bytes;
    }
    return { jobs: this.#running.size, files, bytes };
  }

  /** Takes up every job that the record holds as not ended. */
  async resume(): Promise<number> {
    let resumed = 0;
    for (const state of ["queued", "running"] as const) {
      for (const record of await this.#deps.jobs.list({ state, limit: 1_000_000 })) {
        await this.start(record);
        resumed += 1;
      }
    }
    return resumed;
  }

  /** Cancels a job: its work stops, finished results stay. Resolves with the final record. */
  async cancel(id: string, reason: string): Promise<JobRecord | undefined> {
    const running = this.#running.get(id) ?? (await this.#starting.get(id));
    if (running === undefined) return await this.#deps.jobs.get(id);
    running.controller.abort(new AppError("cancelled", reason, { status: 409 }));
    await this.#deps.dispatcher.cancel(id);
    return await running.ended;
  }

  /** Leaves all jobs where they are; they go on with the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const running of this.#running.values())
      running.controller.abort(new AppError("stopping", "The master stops."));
    await Promise.all([...this.#running.values()].map((running) => running.ended));
  }

  async #start(record: JobRecord, known?: readonly FileRecord[]): Promise<Running> {
    const files = known ?? (await this.#deps.jobs.files(record.id));
    const endedFiles = inOrderOfEnd(files);
    const left = leftOf(files);
    const { hub } = this.#deps;
    const { id } = record;
    const controller = new AbortController();
    const { signal } = controller;
    const progress = new JobProgress(() => hub.progressed(id));
    const onFileEnded = (file: FileRecord) => {
      endedFiles.push(file);
      left.files -= 1;
      left.bytes -= file.bytes;
      hub.fileEnded(id, file);
    };
    const collector = new Collector(this.#deps, { record, files, progress, onFileEnded });
    const running: Running = {
      id,
      progress,
      endedFiles,
      left,
      controller,
      get cancelling() {
        return signal.aborted;
      },
      ended: this.#run(record, { files, endedFiles, collector, progress, signal }),
      onFileEnded: (listener) =>
        hub.watchJob(id, ({ type }) => {
          if (type === "file") listener();
        }),
    };
    this.#running.set(id, running);
    endInTime(record, jobBudgets(record, this.#deps.budgets), running);
    return running;
  }

  async #run(record: JobRecord, work: Work): Promise<JobRecord> {
    const { jobs, logger } = this.#deps;
    try {
      const error = await this.#work(record, work);
      if (this.#stopping && error !== undefined) return (await jobs.get(record.id)) ?? record;
      return await this.#finish(record, work, error);
    } catch (error) {
      logger.error({ err: error, job: record.id }, "the end of a job could not be recorded");
      return (await jobs.get(record.id).catch(() => undefined)) ?? record;
    } finally {
      this.#running.delete(record.id);
    }
  }

  /** The error that ended the job, if one did. */
  async #work(record: JobRecord, work: Work): Promise<unknown> {
    try {
      // Beside the work: what is done already must not hold up what is not.
      const restored = restoreResults(this.#deps.results, record, work.files);
      restored.catch(() => undefined);
      if (record.state === "queued")
        await this.#deps.jobs.apply(record.id, [{ type: "started", at: Date.now() }]);
      const task = taskNamed(record.task);
      const options = wholeOptions(task, record);
      const context = runContext(this.#deps, { record, options, inputs: inputsOf(work.files), ...work });
      await this.#runOf(task)(context);
      await work.collector.flush();
      await restored;
      const [missing] = work.collector.unpublished();
      if (missing === undefined) return undefined;
      return new AppError("not_processed", `The task ended without a result for ${missing.filename}.`);
    } catch (error) {
      return error;
    }
  }

  async #finish(record: JobRecord, work: Work, error: unknown): Promise<JobRecord> {
    const { jobs, dispatcher, logger } = this.#deps;
    const at = Date.now();
    if (work.signal.aborted) await work.collector.flush().catch(() => undefined);
    if (work.signal.aborted && !isTooLong(work.signal.reason)) {
      const reason = work.signal.reason instanceof AppError ? work.signal.reason.message : "Cancelled.";
      return await jobs.apply(record.id, [{ type: "cancelled", at, error: reason }]);
    }
    if (error !== undefined) {
      logger.error({ err: error, job: record.id }, "a job broke");
      await dispatcher.cancel(record.id);
    }
    const final = await jobs.apply(record.id, lastEvents(at, error));
    if (!isFinal(final.state)) throw new Error(`job ${record.id} ended as ${final.state}`);
    const bytes = keptBytes(final, { ...work, parts: work.progress.parts });
    if (bytes !== undefined) this.#deps.keptBytes.set(final.id, bytes);
    return final;
  }

  #runOf(task: TaskDefinition): (job: RunContext) => Promise<void> {
    if (task.name === CLASSIC_WHOLE_JOB_TASK && this.#onlyClassicSlaves()) return runWholeJob;
    return task.run ?? ((job) => runOverFiles(task.mainStep ?? "main", job));
  }

  #onlyClassicSlaves(): boolean {
    const slaves = this.#deps.registry.all().filter((slave) => slave.state === "alive");
    return slaves.length > 0 && slaves.every((slave) => slave.classic);
  }
}

interface Work {
  /** As they were when this run began. */
  readonly files: readonly FileRecord[];
  readonly endedFiles: readonly FileRecord[];
  readonly collector: Collector;
  readonly progress: JobProgress;
  readonly signal: AbortSignal;
}

function leftOf(files: readonly FileRecord[]): { files: number; bytes: number } {
  const open = files.filter((file) => file.state === "queued");
  return { files: open.length, bytes: open.reduce((sum, file) => sum + file.bytes, 0) };
}

function inputsOf(files: readonly FileRecord[]) {
  return files.map(({ index, key, filename, bytes, sha256 }) => ({ index, key, filename, bytes, sha256 }));
}
