import { isFinal } from "../../shared/contract/jobs.ts";
import type { Change, ChangeHub } from "../hub.ts";
import type { JobRunner } from "../jobs/runner.ts";

/** Indexes that are told one by one; when more files changed, the reader loads those that it shows. */
const MOST_INDEXES = 500;

export interface WatchedFilesDeps {
  readonly hub: Pick<ChangeHub, "watchJob">;
  readonly runner: Pick<JobRunner, "live">;
}

export type FilesNews =
  | { readonly job: string; readonly indexes: readonly number[] }
  | { readonly job: string; readonly all: true };

/** The files of one job that changed since they were told last: an index for each, up to a limit. */
export class WatchedFiles {
  readonly #job: string;
  readonly #runner: WatchedFilesDeps["runner"];
  readonly #changed = new Set<number>();
  #running: ReadonlySet<number>;
  #isOver = false;
  readonly stop: () => void;

  constructor({ hub, runner }: WatchedFilesDeps, job: string) {
    this.#job = job;
    this.#runner = runner;
    this.#running = this.#runningNow();
    this.stop = hub.watchJob(job, this.#note);
  }

  /** Undefined when no file changed. */
  take(): FilesNews | undefined {
    const running = this.#runningNow();
    for (const index of running) if (!this.#running.has(index)) this.#add(index);
    for (const index of this.#running) if (!running.has(index)) this.#add(index);
    this.#running = running;
    const indexes = [...this.#changed];
    const isAll = this.#isOver || indexes.length > MOST_INDEXES;
    this.#changed.clear();
    this.#isOver = false;
    if (isAll) return { job: this.#job, all: true };
    return indexes.length === 0 ? undefined : { job: this.#job, indexes };
  }

  readonly #note = (change: Change): void => {
    if (change.type === "file") this.#add(change.file.index);
    // Its end ends the files that were left, which are not told one by one.
    if (change.type === "job" && isFinal(change.job.state)) this.#isOver = true;
  };

  #add(index: number): void {
    if (this.#changed.size <= MOST_INDEXES) this.#changed.add(index);
  }

  #runningNow(): ReadonlySet<number> {
    return new Set(this.#runner.live(this.#job)?.shownRunning());
  }
}
