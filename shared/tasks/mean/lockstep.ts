import { merge, NOTHING, type Sum } from "./sum.ts";

/** Indexes that are added up at a time. */
const BLOCK = 4_096;

/**
 * Adds up several series index by index, holding a block of each: the sum at an index is over the series that reach
 * it. The output goes on to the end of the longest.
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

/** Takes blocks of a wanted length from blocks of any length. */
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
