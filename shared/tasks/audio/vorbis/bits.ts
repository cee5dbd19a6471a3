/** Bytes of zeros behind a packet, which a read at its end may touch. */
const PADDING = 8;

/** Reads the bits of a packet of Vorbis, least significant first. Beyond the end of the packet all bits are 0. */
export class PacketBits {
  /** Offset of the next bit. */
  at = 0;
  /** Offset behind the last bit. */
  end = 0;
  #bytes = new Uint8Array(PADDING);

  /** Begins with another packet. */
  open(packet: Uint8Array): void {
    const needed = packet.length + PADDING;
    if (this.#bytes.length < needed) this.#bytes = new Uint8Array(2 * needed);
    this.#bytes.set(packet);
    this.#bytes.fill(0, packet.length, needed);
    this.at = 0;
    this.end = packet.length * 8;
  }

  /** Number of bits that are left. */
  get left(): number {
    return Math.max(0, this.end - this.at);
  }

  /** Whether more bits were read than the packet has. */
  get isOver(): boolean {
    return this.at > this.end;
  }

  /** The next 32 bits as a signed number, without passing over them. */
  peek(): number {
    const bytes = this.#bytes;
    const first = this.at >>> 3;
    const shift = this.at & 7;
    const word =
      (bytes[first] ?? 0) |
      ((bytes[first + 1] ?? 0) << 8) |
      ((bytes[first + 2] ?? 0) << 16) |
      ((bytes[first + 3] ?? 0) << 24);
    return shift === 0 ? word : (word >>> shift) | ((bytes[first + 4] ?? 0) << (32 - shift));
  }

  /** An unsigned number of 0 to 32 bits; 0 where the packet ends before. */
  read(bits: number): number {
    if (bits === 0) return 0;
    const value = this.peek();
    this.at += bits;
    return this.at > this.end ? 0 : (value << (32 - bits)) >>> (32 - bits);
  }

  flag(): boolean {
    return this.read(1) === 1;
  }
}

/** Number of bits that a number takes: 0 for 0, 3 for 4 to 7. */
export function bitsFor(value: number): number {
  return value <= 0 ? 0 : 32 - Math.clz32(value);
}
