import type { Logger } from "../../shared/logger.ts";
import type { FollowedJob } from "./followed.ts";

/**
 * Clients that wait for jobs. A job whose request waits for it is bound to its waiting clients: when the last of them
 * has left it is cancelled. A job that was sent with `respond-async`, or that runs on after a restart, is not bound.
 */
export class Waiters {
  /** Waiting clients of each bound job. */
  readonly #bound = new Map<string, number>();
  readonly #cancel: (job: string) => Promise<unknown>;
  readonly #logger: Logger;

  constructor(cancel: (job: string) => Promise<unknown>, logger: Logger) {
    this.#cancel = cancel;
    this.#logger = logger;
  }

  /** Binds the job to its waiting clients, until `release`. */
  bind(job: FollowedJob): void {
    this.#bound.set(job.id, 0);
    void job.ended.then(() => this.#bound.delete(job.id));
  }

  /** The job goes on when its clients leave. */
  release(job: string): void {
    this.#bound.delete(job);
  }

  isBound(job: string): boolean {
    return this.#bound.has(job);
  }

  /** Counts one more waiting client. The caller calls the returned function when the client has its answer or has left. */
  enter(job: string): () => void {
    this.#add(job, 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#add(job, -1);
      if (this.#bound.get(job) === 0) this.#cancelSoon(job);
    };
  }

  #cancelSoon(job: string): void {
    this.#cancel(job).catch((error: unknown) =>
      this.#logger.error(
        { err: error, job },
        "a job whose clients have left could not be cancelled: it goes on",
      ),
    );
  }

  #add(job: string, change: 1 | -1): void {
    const count = this.#bound.get(job);
    if (count !== undefined) this.#bound.set(job, count + change);
  }
}
