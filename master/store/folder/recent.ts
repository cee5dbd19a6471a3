interface RingSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Small objects that were put last, so that what is read soon after is not read from the disk. They lie in one
 * buffer that is written round and round: kept one by one they would outlive the young generation of the heap
 * only to become garbage in the old one.
 */
export class Recent {
  readonly #limit: number;
  /** The oldest first, which is also their order in the buffer from `#next` on. */
  readonly #places = new Map<string, RingSpan>();
  #ring: Buffer | undefined;
  #next = 0;

  /** @param limit bytes; none are kept with 0 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, object: Uint8Array): void {
    const { byteLength } = object;
    if (byteLength === 0 || byteLength > this.#limit) return;
    this.#ring ??= Buffer.allocUnsafeSlow(this.#limit);
    if (this.#next + byteLength > this.#limit) {
      // What is behind the last one is left free; who lies there is older than who lies at the start.
      this.#forgetOldest(({ start }) => start >= this.#next);
      this.#next = 0;
    }
    const place = { start: this.#next, end: this.#next + byteLength };
    this.#forgetOldest(({ start, end }) => start < place.end && end > place.start);
    this.#ring.set(object, place.start);
    this.#places.set(key, place);
    this.#next = place.end;
  }

  /** A copy. */
  get(key: string): Buffer | undefined {
    const place = this.#places.get(key);
    return place && this.#ring && Buffer.from(this.#ring.subarray(place.start, place.end));
  }

  forget(key: string): void {
    this.#places.delete(key);
  }

  #forgetOldest(isInTheWay: (place: RingSpan) => boolean): void {
    for (const [key, place] of this.#places) {
      if (!isInTheWay(place)) return;
      this.#places.delete(key);
    }
  }
}
