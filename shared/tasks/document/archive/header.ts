import { isUtf8 } from "node:buffer";

/** Headers and contents of a tar archive fill whole blocks of this many bytes. */
export const BLOCK = 512;

/** A header of a tar archive (POSIX.1-2017, pax, ustar interchange format; GNU tar). */
export interface TarHeader {
  readonly name: string;
  /** Bytes of content that follow. */
  readonly size: number;
  /** One letter or digit: `0` a file, `5` a folder, `x` and `L` what the next header leaves out. */
  readonly type: string;
}

/** Whether a block is a header: its sum is that of its bytes. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < BLOCK || block[0] === 0) return false;
  const stated = numberIn(block, 148, 8);
  return stated === sumOf(block, (byte) => byte) || stated === sumOf(block, (byte) => (byte << 24) >> 24);
}

/** The sum with blanks in place of itself; old programs took bytes as signed. */
function sumOf(block: Buffer, worthOf: (byte: number) => number): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += worthOf(block[at] ?? 0);
  return sum;
}

export function tarHeader(block: Buffer): TarHeader {
  const name = textIn(block, 0, 100);
  // GNU tar has times in the place of the prefix.
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? textIn(block, 345, 155) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: numberIn(block, 124, 12),
    type: block.toString("latin1", 156, 157),
  };
}

function textIn(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return nameOf(end === -1 ? field : field.subarray(0, end));
}

/** A name, whose encoding no header states. */
export function nameOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}

/** A number of octal digits, or of bytes where the highest bit says so, as GNU tar writes large ones; NaN for others. */
function numberIn(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  const first = field[0] ?? 0;
  if (first === 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  const digits = field.toString("latin1").replace(/^[ \0]+|[ \0][\s\S]*$/g, "");
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

/** Records of an extended header: `<length> <key>=<value>` and a line end each. */
export function paxRecords(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, Math.min(space, at + 20)));
    if (space === -1 || !Number.isInteger(length) || length <= space - at) break;
    const record = bytes.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) records.set(record.toString("latin1", 0, equals), nameOf(record.subarray(equals + 1)));
    at += length;
  }
  return records;
}
