import type { FollowedJob } from "./followed.ts";

/**
 * Who waits for which job. A job whose request waits for it is bound to its waiting clients: when the last
 * of them has gone it is cancelled. One that was asked for with `respond-async`, or taken up after a
 * restart, is bound to nobody and goes on whoever leaves.
 */
export class Waiters {
  /** Waiting clients of each bound job. */
  readonly #bound = new Map<string, number>();
  readonly #cancel: (job: string) => void;

  constructor(cancel: (job: string) => void) {
    this.#cancel = cancel;
  }

  /** The job is for waiting clients only, until `release`. */
  bind(job: FollowedJob): void {
    this.#bound.set(job.id, 0);
    void job.ended.then(() => this.#bound.delete(job.id));
  }

  /** The job goes on whoever leaves. */
  release(job: string): void {
    this.#bound.delete(job);
  }

  isBound(job: string): boolean {
    return this.#bound.has(job);
  }

  /** One more client waits. What it returns is called when it has its answer, or has gone. */
  enter(job: string): () => void {
    this.#add(job, 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#add(job, -1);
      if (this.#bound.get(job) === 0) this.#cancel(job);
    };
  }

  #add(job: string, change: 1 | -1): void {
    const count = this.#bound.get(job);
    if (count !== undefined) this.#bound.set(job, count + change);
  }
}
