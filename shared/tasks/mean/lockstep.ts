import { merge, NOTHING, type Sum } from "./sum.ts";

/** Number of indexes in one block. */
const BLOCK = 4_096;

/**
 * Adds up several series index by index, with one block of each in memory. The sum at an index is over the series
 * that have this index; the output is as long as the longest series.
 */
export async function* addUp(
  series: readonly AsyncIterable<readonly Sum[]>[],
): AsyncGenerator<readonly Sum[]> {
  const cursors = series.map((one) => new Cursor(one));
  for (;;) {
    const total: Sum[] = [];
    for (const cursor of cursors) {
      const block = await cursor.take(BLOCK);
      for (const [i, sum] of block.entries()) total[i] = merge(total[i] ?? NOTHING, sum);
    }
    if (total.length === 0) return;
    yield total;
  }
}

/** Cuts blocks of any length into blocks of a given length. */
class Cursor {
  readonly #blocks: AsyncIterator<readonly Sum[]>;
  #block: readonly Sum[] = [];
  #at = 0;

  constructor(blocks: AsyncIterable<readonly Sum[]>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** `count` sums; fewer only at the end. */
  async take(count: number): Promise<Sum[]> {
    const taken: Sum[] = [];
    while (taken.length < count) {
      if (this.#at === this.#block.length && !(await this.#next())) break;
      const end = Math.min(this.#block.length, this.#at + count - taken.length);
      taken.push(...this.#block.slice(this.#at, end));
      this.#at = end;
    }
    return taken;
  }

  async #next(): Promise<boolean> {
    const next = await this.#blocks.next();
    if (next.done === true) return false;
    this.#block = next.value;
    this.#at = 0;
    return true;
  }
}
