import { AppError } from "../../shared/errors.ts";
import type { ChangeHub } from "../hub.ts";
import { JobProgress, type LiveOutlook } from "../map/progress.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { FollowedJob } from "./followed.ts";
import { RecentRate } from "./recentRate.ts";

/** Work that is left of jobs. */
export interface WorkLeft {
  readonly files: number;
  readonly bytes: number;
}

type JobNews = Pick<ChangeHub, "progressed" | "fileEnded" | "watchJob">;

export interface RunningJobDeps {
  readonly hub: JobNews;
  readonly outlook: LiveOutlook;
}

/** A job whose `run` is going in this process: what its followers see, and how it is stopped. */
export class RunningJob implements FollowedJob {
  readonly id: string;
  readonly task: string;
  readonly createdAt: number;
  readonly progress: JobProgress;
  /** Of the files that end. */
  readonly rate = new RecentRate();
  readonly ended: Promise<JobRecord>;
  readonly #hub: JobNews;
  readonly #controller = new AbortController();
  #finish: (record: JobRecord) => void = () => undefined;
  #endedFiles = 0;
  #doneAtOnce = 0;
  #filesLeft = 0;
  #bytesLeft = 0;
  #isMoved = false;
  #there: FollowedJob | undefined;

  constructor(
    { id, task, createdAt }: JobRecord,
    files: readonly FileRecord[],
    { hub, outlook }: RunningJobDeps,
  ) {
    this.id = id;
    this.task = task;
    this.createdAt = createdAt;
    this.#hub = hub;
    this.progress = new JobProgress(() => hub.progressed(id), outlook);
    for (const file of files) {
      if (file.state === "queued") this.#count(file, 1);
      if (file.endOrder !== undefined) this.#endedFiles += 1;
    }
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get endedFiles(): number {
    return Math.max(this.#endedFiles, this.#there?.endedFiles ?? 0);
  }

  /** Number of files that were done at the first attempt of this run. */
  get doneAtOnce(): number {
    return this.#doneAtOnce;
  }

  get left(): WorkLeft {
    return { files: this.#filesLeft, bytes: this.#bytesLeft };
  }

  /** Number of files that no slave has begun. */
  get waiting(): number {
    return Math.max(0, this.#filesLeft - this.progress.running());
  }

  /** Aborted with an AppError that says why the job stops. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cancelling(): boolean {
    return this.signal.aborted;
  }

  /** The first reason counts. */
  abort(reason: AppError): void {
    this.#controller.abort(reason);
  }

  /** Another master runs the job now. */
  leave(reason: AppError): void {
    this.#isMoved = true;
    this.abort(reason);
  }

  get isMoved(): boolean {
    return this.#isMoved;
  }

  /** Why the job stops; undefined while it goes on. */
  get stopReason(): AppError | undefined {
    const { aborted, reason } = this.signal;
    return aborted && reason instanceof AppError ? reason : undefined;
  }

  onFileEnded(listener: () => void): () => void {
    return this.#hub.watchJob(this.id, ({ type }) => {
      // Of files that end at another master only the change of the job is told.
      if (type === "file" || this.#there !== undefined) listener();
    });
  }

  /** Called for each file that ended, in end order. */
  fileEnded(file: FileRecord): void {
    this.#endedFiles += 1;
    // A result that was there tells nothing of the speed of slaves.
    if (file.savedSeconds === undefined) this.rate.add();
    if (file.state === "done" && file.attempts === 1) this.#doneAtOnce += 1;
    this.#count(file, -1);
    this.#hub.fileEnded(this.id, file);
  }

  /** From now on its files end at another master. */
  goesOnAt(there: FollowedJob): void {
    this.#there = there;
  }

  /** Resolves `ended`. */
  finish(record: JobRecord): void {
    this.#finish(record);
  }

  #count({ bytes }: FileRecord, sign: 1 | -1): void {
    this.#filesLeft += sign;
    this.#bytesLeft += sign * bytes;
  }
}
