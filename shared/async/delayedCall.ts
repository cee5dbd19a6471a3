/** Makes one delayed call of `work` for several requests: the first request since `settle` sets the time. */
export class DelayedCall {
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(work: () => void) {
    this.#work = work;
  }

  /** Calls `work` in `ms` milliseconds; does nothing if a call was requested since the last `settle`. */
  within(ms: number): void {
    this.#timer ??= setTimeout(this.#work, ms);
  }

  /** Cancels a call that is still due. To be called when the work begins, by the call or without it. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
