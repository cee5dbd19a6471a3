interface RingSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * The newest small objects, so that those that are read soon need no read of the disk. They lie in one ring buffer:
 * objects of their own would outlive the young generation of the heap, only to become garbage in the old one.
 */
export class Recent {
  readonly #limit: number;
  /** The oldest first, which is also their order in the buffer from `#next` on. */
  readonly #spans = new Map<string, RingSpan>();
  #ring: Buffer | undefined;
  #next = 0;

  /** @param limit bytes; 0 keeps no objects */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, object: Uint8Array): void {
    const { byteLength } = object;
    if (byteLength === 0 || byteLength > this.#limit) return;
    this.#ring ??= Buffer.allocUnsafeSlow(this.#limit);
    if (this.#next + byteLength > this.#limit) {
      // The end of the buffer stays free: its objects are older than those at the start.
      this.#forgetOldest(({ start }) => start >= this.#next);
      this.#next = 0;
    }
    const span = { start: this.#next, end: this.#next + byteLength };
    this.#forgetOldest(({ start, end }) => start < span.end && end > span.start);
    this.#ring.set(object, span.start);
    this.#spans.set(key, span);
    this.#next = span.end;
  }

  /** A copy. */
  get(key: string): Buffer | undefined {
    const span = this.#spans.get(key);
    return span && this.#ring && Buffer.from(this.#ring.subarray(span.start, span.end));
  }

  forget(key: string): void {
    this.#spans.delete(key);
  }

  #forgetOldest(isInTheWay: (span: RingSpan) => boolean): void {
    for (const [key, span] of this.#spans) {
      if (!isInTheWay(span)) return;
      this.#spans.delete(key);
    }
  }
}
