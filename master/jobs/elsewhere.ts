import { isFinal } from "../../shared/contract/jobs.ts";
import type { Change, ChangeHub } from "../hub.ts";
import { JobProgress, type LiveProgress } from "../map/progress.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { FollowedJob } from "./followed.ts";

/** Time between two looks into the record: news of other masters may be missed. */
const LOOK_MS = 2_000;
const NOTHING_RUNS = new JobProgress(() => undefined);

export interface JobsElsewhereDeps {
  readonly jobs: Pick<RecordOfJobs, "get">;
  readonly hub: Pick<ChangeHub, "watchJob">;
  readonly progressElsewhere?: (job: string) => LiveProgress | undefined;
}

/** Jobs that another master runs, as long as something here waits for them. */
export class JobsElsewhere {
  readonly #deps: JobsElsewhereDeps;
  readonly #followed = new Map<string, JobElsewhere>();
  #stopped = false;

  constructor(deps: JobsElsewhereDeps) {
    this.#deps = deps;
  }

  follow(record: JobRecord): FollowedJob {
    const known = this.#followed.get(record.id);
    if (known !== undefined) return known;
    const job = new JobElsewhere(record, this.#deps);
    this.#followed.set(record.id, job);
    void job.ended.then(() => this.#followed.delete(record.id));
    if (this.#stopped) job.stop();
    return job;
  }

  /** Ends all waits: the jobs go on. */
  stop(): void {
    this.#stopped = true;
    for (const job of this.#followed.values()) job.stop();
  }
}

/** A job that another master runs, as the record shows it. It is followed to its end, at whichever master that is. */
class JobElsewhere implements FollowedJob {
  readonly id: string;
  readonly ended: Promise<JobRecord>;
  readonly #deps: JobsElsewhereDeps;
  readonly #listeners = new Set<() => void>();
  readonly #undo: () => void;
  readonly #timer: NodeJS.Timeout;
  #record: JobRecord;
  #finish: (record: JobRecord) => void = () => undefined;

  constructor(record: JobRecord, deps: JobsElsewhereDeps) {
    this.id = record.id;
    this.#record = record;
    this.#deps = deps;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#undo = deps.hub.watchJob(record.id, (change) => this.#changed(change));
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
    // It may have changed between the reading of its record and the watch.
    this.#look();
  }

  get progress(): LiveProgress {
    return this.#deps.progressElsewhere?.(this.id) ?? NOTHING_RUNS;
  }

  get endedFiles(): number {
    return this.#record.work?.files ?? 0;
  }

  get cancelling(): boolean {
    return this.#record.cancelWish !== undefined;
  }

  onFileEnded(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    this.#undo();
    clearInterval(this.#timer);
    this.#finish(this.#record);
  }

  #changed(change: Change): void {
    if (change.type === "removed") this.stop();
    if (change.type === "job") this.#saw(change.job);
  }

  #look(): void {
    const removed = () => this.stop();
    const saw = (record: JobRecord | undefined) => (record === undefined ? removed() : this.#saw(record));
    // While the database is away the next look tells.
    this.#deps.jobs.get(this.id).then(saw, () => undefined);
  }

  /** News may come late: what was seen already is not taken back. */
  #saw(record: JobRecord): void {
    const before = this.endedFiles;
    if ((record.work?.files ?? 0) >= before && !isFinal(this.#record.state)) this.#record = record;
    if (this.endedFiles > before) for (const listener of this.#listeners) listener();
    if (isFinal(this.#record.state)) this.stop();
  }
}
