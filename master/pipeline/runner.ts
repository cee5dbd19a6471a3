import { isFinal } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../../shared/job/port.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { type RunContext, runOverFiles, type TaskDefinition } from "../../shared/tasks/task.ts";
import type { SlaveRegistry } from "../slaves/registry.ts";
import { CLASSIC_WHOLE_JOB_TASK } from "../slaves/slave.ts";
import { Collector, type CollectorParts } from "./collector.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { type JobContextParts, JobProgress, lastEvents, runContext } from "./runContext.ts";
import { endInTime, isTooLong, jobBudgets } from "./totalBudget.ts";
import { runWholeJob } from "./wholeJob.ts";

export interface RunnerParts extends JobContextParts, CollectorParts {
  readonly dispatcher: Dispatcher;
  readonly registry: SlaveRegistry;
}

/** A job that runs in this process. */
export interface RunningJob {
  readonly id: string;
  readonly progress: JobProgress;
  /** Resolves with the record in its final state; never rejects. */
  readonly ended: Promise<JobRecord>;
  /** Files as they end, those that ended before included. Returns its own undoing. */
  onFile(listener: (file: FileRecord) => void): () => void;
}

interface Running extends RunningJob {
  readonly controller: AbortController;
  /** Files without an end, and their bytes. */
  readonly left: { files: number; bytes: number };
}

/** Runs jobs: every job that is not final in the record has its `run` going here, after a restart too. */
export class JobRunner {
  readonly #parts: RunnerParts;
  readonly #running = new Map<string, Running>();
  #stopping = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Starts the job from the top; what is recorded of it already is not done again. */
  async start(record: JobRecord): Promise<RunningJob> {
    const files = await this.#parts.jobs.files(record.id);
    const ended: FileRecord[] = files.filter((file) => file.state !== "queued");
    const left = { files: files.length - ended.length, bytes: 0 };
    for (const file of files) if (file.state === "queued") left.bytes += file.bytes;
    const listeners = new Set<(file: FileRecord) => void>();
    const controller = new AbortController();
    const progress = new JobProgress(() => undefined);
    const collector = new Collector(this.#parts, {
      record,
      files,
      progress,
      onFileEnded: (file) => {
        ended.push(file);
        left.files -= 1;
        left.bytes -= file.bytes;
        for (const listener of listeners) listener(file);
      },
    });
    const running: Running = {
      id: record.id,
      progress,
      controller,
      left,
      ended: this.#run(record, { files, collector, progress, signal: controller.signal }),
      onFile: (listener) => {
        for (const file of ended) listener(file);
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    this.#running.set(record.id, running);
    endInTime(record, jobBudgets(record, this.#parts.budgets), running);
    return running;
  }

  get(id: string): RunningJob | undefined {
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
      for (const record of await this.#parts.jobs.list({ state, limit: 1_000_000 })) {
        await this.start(record);
        resumed += 1;
      }
    }
    return resumed;
  }

  /** Cancels a job: its work stops, finished results stay. Resolves with the final record. */
  async cancel(id: string, reason: string): Promise<JobRecord | undefined> {
    const running = this.#running.get(id);
    if (running === undefined) return await this.#parts.jobs.get(id);
    running.controller.abort(new AppError("cancelled", reason, { status: 409 }));
    await this.#parts.dispatcher.cancel(id);
    return await running.ended;
  }

  /** Leaves all jobs where they are; they go on with the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const running of this.#running.values())
      running.controller.abort(new AppError("stopping", "The master stops."));
    await Promise.all([...this.#running.values()].map((running) => running.ended));
  }

  async #run(record: JobRecord, work: Work): Promise<JobRecord> {
    const { jobs, logger } = this.#parts;
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
      await this.#restoreResults(record, work.files);
      if (record.state === "queued")
        await this.#parts.jobs.apply(record.id, [{ type: "started", at: Date.now() }]);
      const task = taskNamed(record.task);
      const options = task.options.parse(record.options);
      const context = runContext(this.#parts, { record, options, inputs: inputsOf(work.files), ...work });
      await this.#runOf(task)(context);
      await work.collector.flush();
      const [missing] = work.collector.unpublished();
      if (missing === undefined) return undefined;
      return new AppError("not_processed", `The task ended without a result for ${missing.filename}.`);
    } catch (error) {
      return error;
    }
  }

  async #finish(record: JobRecord, work: Work, error: unknown): Promise<JobRecord> {
    const { jobs, dispatcher, logger } = this.#parts;
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
    return final;
  }

  /** A kill between record and folder leaves a result out of the folder: it is put there now. */
  async #restoreResults(record: JobRecord, files: readonly FileRecord[]): Promise<void> {
    for (const { state, resultKey, resultBytes, resultName } of files) {
      if (state !== "done" || resultKey === undefined || resultBytes === undefined) continue;
      await this.#parts.results.restore({
        task: record.task,
        name: resultName,
        key: resultKey,
        bytes: resultBytes,
      });
    }
  }

  #runOf(task: TaskDefinition): (job: RunContext) => Promise<void> {
    if (task.name === CLASSIC_WHOLE_JOB_TASK && this.#onlyClassicSlaves()) return runWholeJob;
    return task.run ?? ((job) => runOverFiles(task.mainStep ?? "main", job));
  }

  #onlyClassicSlaves(): boolean {
    const slaves = this.#parts.registry.all().filter((slave) => slave.state === "alive");
    return slaves.length > 0 && slaves.every((slave) => slave.classic);
  }
}

interface Work {
  readonly files: readonly FileRecord[];
  readonly collector: Collector;
  readonly progress: JobProgress;
  readonly signal: AbortSignal;
}

function inputsOf(files: readonly FileRecord[]) {
  return files.map(({ index, key, filename, bytes, sha256 }) => ({ index, key, filename, bytes, sha256 }));
}
