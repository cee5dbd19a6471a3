import { isFinal } from "../../shared/contract/jobs.ts";
import type { JobOutlook } from "../../shared/contract/outlook.ts";
import { AppError, UnavailableError } from "../../shared/errors.ts";
import type { ChangeHub } from "../hub.ts";
import type { LiveProgress } from "../map/progress.ts";
import type { CancelReason, FileRecord, JobRecord } from "../record/job.ts";
import { JobsElsewhere } from "./elsewhere.ts";
import { type FollowedJob, finishedJob } from "./followed.ts";
import type { Outlooks } from "./outlook.ts";
import { type JobRunDeps, moved, runJob } from "./runJob.ts";
import { RunningJob, type WorkLeft } from "./runningJob.ts";
import { endInTime, jobBudgets } from "./totalBudget.ts";

export interface RunnerDeps extends JobRunDeps {
  readonly hub: Pick<ChangeHub, "progressed" | "fileEnded" | "watchJob">;
  /** Of a job that another master runs, as that one told it. */
  readonly progressElsewhere?: (job: string) => LiveProgress | undefined;
  readonly outlooks: { readonly of: (...job: Parameters<Outlooks["of"]>) => JobOutlook | undefined };
}

/** Work that is left of all jobs that run. */
export interface RunnerLoad extends WorkLeft {
  readonly jobs: number;
}

/** Files of a job that no slave has begun. */
export interface WaitingFiles {
  readonly task: string;
  /** When the job was recorded, ms since 1970. */
  readonly createdAt: number;
  /** At least one. */
  readonly files: number;
}

/** Runs jobs: every job that is not final in the record has its `run` going here, after a restart too. */
export class JobRunner {
  readonly #deps: RunnerDeps;
  readonly #running = new Map<string, RunningJob>();
  readonly #starting = new Map<string, Promise<RunningJob>>();
  readonly #elsewhere: JobsElsewhere;
  #stopping = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#elsewhere = new JobsElsewhere(deps);
  }

  /**
   * Starts the job from the top, unless it runs already; what is recorded of it is not done again. Its files are
   * read, unless given.
   * @throws UnavailableError `stopping`
   */
  async start(record: JobRecord, files?: readonly FileRecord[]): Promise<FollowedJob> {
    this.refuseWhenStopping();
    const known = this.#running.get(record.id) ?? this.#starting.get(record.id);
    if (known !== undefined) return await known;
    const starting = this.#start(record, files).finally(() => this.#starting.delete(record.id));
    this.#starting.set(record.id, starting);
    return await starting;
  }

  /** The job to wait for and to watch, running here or at another master, or over; undefined when there is none. */
  async follow(id: string): Promise<FollowedJob | undefined> {
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const record = await this.#deps.jobs.get(id);
    if (record === undefined) return undefined;
    if (isFinal(record.state)) return finishedJob(record);
    return this.#isElsewhere(record) ? this.#elsewhere.follow(record) : await this.start(record);
  }

  /** @throws UnavailableError `stopping` */
  refuseWhenStopping(): void {
    if (this.#stopping) throw new UnavailableError("stopping", "The master stops.");
  }

  /** What the record does not hold of a job that runs, here or at another master; undefined for others. */
  live(id: string): LiveProgress | undefined {
    return this.#running.get(id)?.progress ?? this.#deps.progressElsewhere?.(id);
  }

  load(): RunnerLoad {
    let files = 0;
    let bytes = 0;
    for (const { left } of this.#running.values()) {
      files += left.files;
      bytes += left.bytes;
    }
    return { jobs: this.#running.size, files, bytes };
  }

  /** The jobs with files that wait. */
  *waiting(): Generator<WaitingFiles> {
    for (const { task, createdAt, waiting: files } of this.#running.values())
      if (files > 0) yield { task, createdAt, files };
  }

  /** Ids of the jobs that run here. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Starts every job that has not ended on record, where no other master shares it. Resolves with the number of these jobs. */
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

  /** Stops the work of a job; finished results stay. Resolves with the final record. */
  async cancel(id: string, { code, message }: CancelReason): Promise<JobRecord | undefined> {
    const running = this.#running.get(id) ?? (await this.#starting.get(id));
    if (running === undefined) return await this.#cancelElsewhere(id, { code, message });
    running.abort(new AppError(code, message, { status: 409 }));
    await this.#deps.dispatcher.cancel(id);
    return await running.ended;
  }

  /** Stops the work of a job that another master runs now; its followers see it end there. */
  async drop(id: string): Promise<void> {
    const running = this.#running.get(id) ?? (await this.#starting.get(id));
    if (running === undefined) return;
    running.leave(moved(id));
    await this.#deps.dispatcher.cancel(id, "moved");
  }

  /** Leaves all jobs unfinished in the record; the next start of the master, or another master, runs them on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#elsewhere.stop();
    await Promise.allSettled(this.#starting.values());
    const running = [...this.#running.values()];
    for (const job of running) job.abort(new AppError("stopping", "The master stops."));
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** Those who wait for the job here see how it goes on. */
  #leave(job: RunningJob, record: JobRecord): void {
    const there = this.#elsewhere.follow(record);
    job.goesOnAt(there);
    void there.ended.then((ended) => job.finish(ended));
    const isBack = !isFinal(record.state) && !this.#isElsewhere(record) && !this.#stopping;
    if (isBack)
      this.start(record).catch((err: unknown) =>
        this.#deps.logger.error({ err, job: job.id }, "a job that came back could not be started"),
      );
  }

  #isElsewhere({ master }: JobRecord): boolean {
    const { masters } = this.#deps.jobs;
    return masters !== undefined && master !== masters.id;
  }

  /** Asks the owner of a job for its end, and waits for it: the master that takes the job over has the wish, too. */
  async #cancelElsewhere(id: string, reason: CancelReason): Promise<JobRecord | undefined> {
    const { jobs } = this.#deps;
    const record = await jobs.get(id);
    if (record === undefined || isFinal(record.state) || !this.#isElsewhere(record)) return record;
    await jobs.masters?.wishCancelled({ job: id, reason });
    return await this.#elsewhere.follow(record).ended;
  }

  #othersAtWork(job: RunningJob): number {
    let others = 0;
    for (const other of this.#running.values())
      if (other !== job && other.progress.running() > 0) others += 1;
    return others;
  }

  async #start(record: JobRecord, known?: readonly FileRecord[]): Promise<RunningJob> {
    const files = known ?? (await this.#deps.jobs.files(record.id));
    const job = new RunningJob(record, files, {
      hub: this.#deps.hub,
      outlook: (now) => this.#deps.outlooks.of(job, now, this.#othersAtWork(job)),
    });
    this.#running.set(record.id, job);
    void runJob(this.#deps, { job, record, files }).then((final) => {
      this.#running.delete(record.id);
      if (job.isMoved) this.#leave(job, final);
      else job.finish(final);
    });
    endInTime(record, jobBudgets(record, this.#deps.budgets), job);
    return job;
  }
}
