/** One call of `work` for all who ask for it until it is settled: the first of them decides when. */
export class DelayedCall {
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(work: () => void) {
    this.#work = work;
  }

  /** Calls in `ms` milliseconds; changes nothing while a call is due or has come and is not settled. */
  within(ms: number): void {
    this.#timer ??= setTimeout(this.#work, ms);
  }

  /** For the work when it begins, or when it is done without the call: takes back a call that is due. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
