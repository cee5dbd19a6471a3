/** Work that goes on while more is started, up to a number. The first error among it is thrown by who waits next. */
export class Pending {
  readonly #most: number;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  start(work: Promise<void> | undefined): void {
    if (work === undefined) return;
    this.#running += 1;
    work.then(this.#done, this.#failed);
  }

  /** Undefined when there is room for more and nothing failed; else a promise of that. */
  room(): Promise<void> | undefined {
    if (this.#running < this.#most && this.#failure === undefined) return undefined;
    return this.#until(() => this.#running < this.#most || this.#failure !== undefined);
  }

  /** Resolves when all of it is done. */
  async all(): Promise<void> {
    await this.#until(() => this.#running === 0);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  readonly #done = (): void => {
    this.#running -= 1;
    if (this.#waiting.length === 0) return;
    for (const wake of this.#waiting.splice(0)) wake();
  };

  readonly #failed = (error: unknown): void => {
    this.#failure ??= { error };
    this.#done();
  };
}
