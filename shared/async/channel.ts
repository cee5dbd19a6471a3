/** Values from many producers to one consumer, in the order they were sent. */
export class Channel<T> {
  readonly #values: T[] = [];
  #wake: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  send(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** The consumer gets this error after the values that were sent before it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake?.();
  }

  /** What was sent first, if anything is there. */
  take(): T | undefined {
    return this.#values.shift();
  }

  async receive(): Promise<T> {
    for (;;) {
      const value = this.take();
      if (value !== undefined) return value;
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
