/** What takes turns. */
interface Turn {
  /** Virtual time: turns that it had, each divided by its weight. The one with the least goes next. */
  served: number;
}

/** Turns by weight, sorted: the one that goes next comes first. */
export class FairTurns<T extends Turn> {
  readonly #sorted: T[] = [];
  #latest = 0;
  #begun = 0;

  /** Virtual time that none is beyond: a newcomer that begins with it waits for all others, and overtakes none. */
  get latest(): number {
    return this.#latest;
  }

  /** Virtual time at which the last turn began: one that comes back with it, or later, has no share left from before. */
  get begun(): number {
    return this.#begun;
  }

  get size(): number {
    return this.#sorted.length;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#sorted[Symbol.iterator]();
  }

  add(turn: T): void {
    this.#sorted.splice(this.#firstServedMore(turn.served), 0, turn);
  }

  remove(turn: T): void {
    const at = this.#sorted.indexOf(turn);
    if (at >= 0) this.#sorted.splice(at, 1);
  }

  /** Counts a turn. */
  took(turn: T, weight: number): void {
    this.remove(turn);
    this.#begun = Math.max(this.#begun, turn.served);
    turn.served += 1 / Math.max(weight, 0.01);
    this.#latest = Math.max(this.#latest, turn.served);
    this.add(turn);
  }

  /** Index of the first that was served more; those that were served as much keep their turn. */
  #firstServedMore(served: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.served ?? 0) > served) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
