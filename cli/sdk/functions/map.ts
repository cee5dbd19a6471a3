import type { Job } from "../job.ts";
import type { MapEntry, MapOptions, StartedMap } from "./options.ts";

/**
 * A map on the fleet: a promise of the list of results, and an iterable of the ends of its items in the order in which they
 * come. Both may be used, also later: nothing is lost.
 */
export class FunctionMap<Value> implements PromiseLike<Value[]>, AsyncIterable<MapEntry<Value>> {
  readonly #entries: MapEntry<Value>[] = [];
  readonly #options: MapOptions;
  readonly #starting: Promise<StartedMap>;
  readonly #ended: Promise<void>;
  #isOver = false;
  #waiting: (() => void)[] = [];
  #list: Promise<Value[]> | undefined;

  constructor(starting: Promise<StartedMap>, options: MapOptions) {
    this.#starting = starting;
    this.#options = options;
    this.#ended = this.#read().finally(() => {
      this.#isOver = true;
      this.#wake();
    });
    // A failure is told to each reader.
    this.#ended.catch(() => undefined);
  }

  /** The job, when the master has it on disk; undefined for a map without items. */
  get job(): Promise<Job | undefined> {
    return this.#starting.then(({ job }) => job);
  }

  /** Cancels the job: items that have no end get the error `cancelled`. */
  async cancel(): Promise<void> {
    await (await this.job)?.cancel();
  }

  // biome-ignore lint/suspicious/noThenProperty: a map is a promise of its list.
  then<A = Value[], B = never>(
    onList?: ((list: Value[]) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#list ??= this.#collected();
    return this.#list.then(onList, onError);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MapEntry<Value>> {
    for (let at = 0; ; at += 1) {
      while (at >= this.#entries.length && !this.#isOver)
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        });
      const entry = this.#entries[at];
      if (entry === undefined) return await this.#ended;
      yield entry;
    }
  }

  async #read(): Promise<void> {
    const { entries } = await this.#starting;
    for await (const some of entries) {
      for (const entry of some) this.#entries.push(entry as MapEntry<Value>);
      this.#wake();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async #collected(): Promise<Value[]> {
    const { ordered = true, errors = "throw" } = this.#options;
    const list: unknown[] = [];
    for await (const { index, value, error } of this) {
      if (error !== undefined && errors === "throw") throw error;
      const end = error ?? value;
      if (ordered) list[index] = end;
      else list.push(end);
    }
    return list as Value[];
  }
}
