/** One call of `work` for all who ask for it until it is due. */
export class DelayedCall {
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(work: () => void) {
    this.#work = work;
  }

  /** Calls in `ms` milliseconds; while a call is due already, this changes nothing. */
  within(ms: number): void {
    this.#timer ??= setTimeout(this.now, ms);
  }

  readonly now = (): void => {
    this.cancel();
    this.#work();
  };

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
