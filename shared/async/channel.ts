import { WaitList } from "./waitList.ts";

/** Values from many producers to one consumer, in the order they were sent. */
export class Channel<T> {
  readonly #values: T[] = [];
  readonly #consumer = new WaitList();
  #failure: { readonly error: unknown } | undefined;

  send(value: T): void {
    this.#values.push(value);
    this.#consumer.wakeFirst();
  }

  /** The consumer gets this error after the values that were sent before it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#consumer.wakeFirst();
  }

  /** Removes and returns the value that was sent first; undefined when there is none. */
  take(): T | undefined {
    return this.#values.shift();
  }

  /** @throws the error that `fail` was given, the reason of the signal */
  async receive(signal?: AbortSignal): Promise<T> {
    for (;;) {
      const value = this.take();
      if (value !== undefined) return value;
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#consumer.wait(signal);
    }
  }
}
