/** Reads numbers and texts at offsets of a chunk in the file's byte order; past the end of the chunk they are 0 and "". */
export class Fields {
  readonly bytes: Buffer;
  readonly bigEndian: boolean;

  constructor(bytes: Buffer, bigEndian: boolean) {
    this.bytes = bytes;
    this.bigEndian = bigEndian;
  }

  u16(at: number): number {
    if (at + 2 > this.bytes.length) return 0;
    return this.bigEndian ? this.bytes.readUInt16BE(at) : this.bytes.readUInt16LE(at);
  }

  i16(at: number): number {
    return (this.u16(at) << 16) >> 16;
  }

  u32(at: number): number {
    if (at + 4 > this.bytes.length) return 0;
    return this.bigEndian ? this.bytes.readUInt32BE(at) : this.bytes.readUInt32LE(at);
  }

  /** Text up to the first zero byte, at most `length` bytes: UTF-8 or else Latin-1, without control characters. */
  text(at: number, length = this.bytes.length): string {
    const field = this.bytes.subarray(at, at + Math.min(length, MAX_TEXT));
    const end = field.indexOf(0);
    const used = end < 0 ? field : field.subarray(0, end);
    return decoded(used)
      .replace(/[^\P{C}\t\r\n]/gu, "")
      .trim();
  }

  hex(at: number, length: number): string {
    return this.bytes.toString("hex", at, at + length);
  }

  part(from: number, to: number): Fields {
    return new Fields(this.bytes.subarray(from, to), this.bigEndian);
  }
}

const MAX_TEXT = 16_384;
const MAX_SUB_CHUNKS = 1_000;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Lists the chunks inside a `LIST` from `start` on. */
export function subChunks(list: Fields, start: number): { readonly id: string; readonly fields: Fields }[] {
  const found: { id: string; fields: Fields }[] = [];
  let at = start;
  while (at + 8 <= list.bytes.length && found.length < MAX_SUB_CHUNKS) {
    const size = list.u32(at + 4);
    found.push({ id: list.bytes.toString("latin1", at, at + 4), fields: list.part(at + 8, at + 8 + size) });
    at += 8 + size + (size % 2);
  }
  return found;
}

function decoded(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}
