import { WaitList } from "./waitList.ts";

/** A bounded number of promises that are under way at the same time. The next caller that waits gets the first error. */
export class Pending {
  readonly #most: number;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  readonly #waiting = new WaitList();

  constructor(most: number) {
    this.#most = most;
  }

  /** `undefined`: the work was done at once. */
  start(work: Promise<void> | undefined): void {
    if (work === undefined) return;
    this.#running += 1;
    work.then(this.#done, this.#failed);
  }

  /**
   * Undefined when more may start and no work has failed, else a promise of that. Not always a promise, as callers
   * ask for every file: what that costs shows in `npm run bench`, part "chain", row "CPU ms per file".
   * @throws the first error of the work, the reason of the signal
   */
  room(signal?: AbortSignal): Promise<void> | undefined {
    if (this.#running < this.#most && this.#failure === undefined) return undefined;
    return this.#until(() => this.#running < this.#most || this.#failure !== undefined, signal);
  }

  /** Resolves when all work is done. @throws as `room` */
  async all(signal?: AbortSignal): Promise<void> {
    await this.#until(() => this.#running === 0, signal);
  }

  async #until(isSo: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    while (!isSo()) await this.#waiting.wait(signal);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  readonly #done = (): void => {
    this.#running -= 1;
    if (!this.#waiting.isEmpty) this.#waiting.wakeAll();
  };

  readonly #failed = (error: unknown): void => {
    this.#failure ??= { error };
    this.#done();
  };
}
