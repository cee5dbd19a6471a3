export interface BatcherOptions<T> {
  /** Does one batch and answers the senders of its items, also when it fails: it must not throw. */
  readonly run: (batch: T[]) => Promise<void> | void;
  /** Removes the items of the next batch, at least one, from those that wait and returns them; all unless said. */
  readonly take?: (waiting: T[]) => T[];
  /** Waited for before each batch, for more items to come; a microtask unless said. */
  readonly pause?: () => Promise<unknown>;
}

/** Does items in batches, one batch after the other: items that come while a batch is under way go with the next one. */
export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  readonly #waiting: T[] = [];
  #working: Promise<void> | undefined;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#working ??= this.#work();
  }

  /** Whether no item waits for a batch. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Resolves when every item that was added is done. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    const { run, take = takeAll, pause = microtask } = this.#options;
    while (this.#waiting.length > 0) {
      await pause();
      await run(take(this.#waiting));
    }
    // No await since the last check of the length: an item that comes later starts new work.
    this.#working = undefined;
  }
}

function takeAll<T>(waiting: T[]): T[] {
  return waiting.splice(0);
}

/** Long enough for items of one instant to meet. */
function microtask(): Promise<void> {
  return Promise.resolve();
}
