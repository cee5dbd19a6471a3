import type { Slave } from "./fleet/slave.ts";
import type { JobEvent } from "./record/events.ts";
import type { FileRecord, JobRecord } from "./record/job.ts";

/** A committed change of a job; without events: the job is new. */
export interface JobChange {
  readonly type: "job";
  readonly job: JobRecord;
  readonly events: readonly JobEvent[];
}

/** A file ended, and its result can be fetched. Files of a job come in the order in which they ended. */
export interface FileChange {
  readonly type: "file";
  readonly job: string;
  readonly file: FileRecord;
}

/** The counts of a job may have changed, those of running files included. */
export interface ProgressChange {
  readonly type: "progress";
  readonly job: string;
}

/** A slave came, went, or may take work again. */
export interface SlaveChange {
  readonly type: "slave";
  readonly slave: Slave;
}

export type RemovedJob = Pick<JobRecord, "id" | "client">;

/** A job was removed from the record. */
export interface RemovedChange {
  readonly type: "removed";
  readonly job: RemovedJob;
}

export type Change = JobChange | FileChange | ProgressChange | SlaveChange | RemovedChange;

interface ChangesOf {
  readonly all: Change;
  /** Of all jobs. */
  readonly jobs: JobChange;
  readonly slaves: SlaveChange;
}

export type ChangeListener<C extends Change> = (change: C) => void;

/** Progress of all jobs is told together after this time, so that a job of short units does not flood its watchers. */
const PROGRESS_MS = 1_000;

/**
 * All changes of jobs and slaves in one place. A change of a job reaches those who watch that job or everything, so
 * the watchers of other jobs cost nothing. Listeners are called at once and must not throw.
 */
export class ChangeHub {
  readonly #watchers = {
    all: new Set<ChangeListener<Change>>(),
    jobs: new Set<ChangeListener<JobChange>>(),
    slaves: new Set<ChangeListener<SlaveChange>>(),
  };
  readonly #byJob = new Map<string, Set<ChangeListener<Change>>>();
  /** Jobs with progress that was not told yet. */
  readonly #progressed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls the listener for each change. Returns a function that ends the calls. */
  watch<F extends keyof ChangesOf>(filter: F, listener: ChangeListener<ChangesOf[F]>): () => void {
    const watchers = this.#watchers[filter] as Set<ChangeListener<ChangesOf[F]>>;
    watchers.add(listener);
    return () => watchers.delete(listener);
  }

  /** Calls the listener for all changes of one job. Returns a function that ends the calls. */
  watchJob(job: string, listener: ChangeListener<Change>): () => void {
    const watchers = this.#byJob.get(job) ?? new Set();
    this.#byJob.set(job, watchers.add(listener));
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0 && this.#byJob.get(job) === watchers) this.#byJob.delete(job);
    };
  }

  /** Whether a change of the job would be told. */
  isWatched(job: string): boolean {
    return this.#watchers.all.size > 0 || this.#byJob.has(job);
  }

  /** Jobs with watchers of their own. */
  get watchedJobs(): readonly string[] {
    return [...this.#byJob.keys()];
  }

  /** Called by the record after each commit. */
  jobChanged(job: JobRecord, events: readonly JobEvent[]): void {
    const change: JobChange = { type: "job", job, events };
    tell(this.#watchers.jobs, change);
    this.#tellOfJob(job.id, change);
    this.progressed(job.id);
  }

  /**
   * Called by the record for a change that another master committed. Only those who watch the job or everything hear
   * of it: what is counted from events is counted where they were applied.
   */
  jobChangedElsewhere(job: JobRecord): void {
    this.#tellOfJob(job.id, { type: "job", job, events: [] });
    this.progressed(job.id);
  }

  jobRemoved(job: RemovedJob): void {
    // Progress that is told later would hide the removal from watchers who keep the last change only.
    this.#progressed.delete(job.id);
    this.#tellOfJob(job.id, { type: "removed", job });
  }

  fileEnded(job: string, file: FileRecord): void {
    if (this.isWatched(job)) this.#tellOfJob(job, { type: "file", job, file });
  }

  /** For a change in the number of running files of a job: its watchers are told within a second. */
  progressed(job: string): void {
    if (!this.isWatched(job)) return;
    this.#progressed.add(job);
    this.#timer ??= setTimeout(this.#tellProgress, PROGRESS_MS).unref();
  }

  slaveChanged(slave: Slave): void {
    const change: SlaveChange = { type: "slave", slave };
    tell(this.#watchers.slaves, change);
    tell(this.#watchers.all, change);
  }

  readonly #tellProgress = (): void => {
    this.#timer = undefined;
    const jobs = [...this.#progressed];
    this.#progressed.clear();
    for (const job of jobs) this.#tellOfJob(job, { type: "progress", job });
  };

  #tellOfJob(job: string, change: Change): void {
    const watchers = this.#byJob.get(job);
    if (watchers !== undefined) tell(watchers, change);
    tell(this.#watchers.all, change);
  }
}

function tell<C extends Change>(listeners: ReadonlySet<ChangeListener<C>>, change: C): void {
  for (const listener of listeners) listener(change);
}
