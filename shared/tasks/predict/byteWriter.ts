/** Bytes of a text that grows: each piece is written where it stays. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = 0;

  /** Copies bytes; a loop, because most pieces have some tens of bytes. */
  copy(from: Uint8Array, start = 0, end = from.length): void {
    this.#need(end - start);
    const bytes = this.#bytes;
    let to = this.#length;
    for (let at = start; at < end; at += 1) {
      bytes[to] = from[at] ?? 0;
      to += 1;
    }
    this.#length = to;
  }

  text(text: string): void {
    // A unit of UTF-16 becomes three bytes at most.
    this.#need(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** A number from 0 to 1 with six decimals, without zeros at its end. */
  share(value: number): void {
    let rest = Math.round(value * MILLION);
    if (!(rest > 0 && rest < MILLION)) {
      this.text(String(rest / MILLION));
      return;
    }
    this.#need(8);
    const bytes = this.#bytes;
    const start = this.#length;
    bytes[start] = ZERO;
    bytes[start + 1] = POINT;
    let length = 8;
    for (; rest % 10 === 0; length -= 1) rest /= 10;
    this.#length = start + length;
    for (let at = this.#length - 1; at > start + 1; at -= 1) {
      const higher = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - 10 * higher;
      rest = higher;
    }
  }

  /** All bytes that were written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #need(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const MILLION = 1_000_000;
const ZERO = 48;
const POINT = 46;
