/** Thrown where a frame needs bytes that are not there yet. One error for all: a stack each would cost more than the reading. */
export const OUT_OF_BYTES = new Error("The frame goes on behind the bytes.");

/** Thrown where bytes cannot be a frame. */
export const NO_FRAME = new Error("The bytes are no frame of FLAC.");

/** Reads bits, most significant first. */
export class BitReader {
  /** Offset of the next bit. */
  at: number;
  readonly bytes: Uint8Array;
  /** Offset behind the last bit. */
  readonly end: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.at = from * 8;
    this.end = to * 8;
  }

  /** Offset of the next byte; the bits up to it are passed over. */
  align(): number {
    this.at = (this.at + 7) & ~7;
    return this.at >> 3;
  }

  /** The next 32 bits, without passing over them; zeros may stand beyond the end. */
  peek(): number {
    const { bytes, at } = this;
    const first = at >> 3;
    const shift = at & 7;
    const word =
      ((bytes[first] ?? 0) << 24) |
      ((bytes[first + 1] ?? 0) << 16) |
      ((bytes[first + 2] ?? 0) << 8) |
      (bytes[first + 3] ?? 0);
    return shift === 0 ? word : (word << shift) | ((bytes[first + 4] ?? 0) >> (8 - shift));
  }

  /** An unsigned number of 0 to 32 bits. @throws OUT_OF_BYTES */
  read(bits: number): number {
    if (this.at + bits > this.end) throw OUT_OF_BYTES;
    if (bits === 0) return 0;
    const value = this.peek() >>> (32 - bits);
    this.at += bits;
    return value;
  }

  /** A number in two's complement of 0 to 33 bits. @throws OUT_OF_BYTES */
  signed(bits: number): number {
    if (bits === 0) return 0;
    if (bits > 32) return this.read(1) * -(2 ** 32) + this.read(32);
    return (this.read(bits) << (32 - bits)) >> (32 - bits);
  }

  /** Number of zeros before the next one, which is passed over too. @throws OUT_OF_BYTES */
  unary(): number {
    let zeros = 0;
    for (;;) {
      const word = this.peek();
      if (word !== 0) {
        const more = Math.clz32(word);
        this.at += more + 1;
        if (this.at > this.end) throw OUT_OF_BYTES;
        return zeros + more;
      }
      zeros += 32;
      this.at += 32;
      if (this.at > this.end) throw OUT_OF_BYTES;
    }
  }
}
