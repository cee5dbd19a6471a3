import { open } from "node:fs/promises";
import type { StepFile } from "../task.ts";
import type { Int } from "./integer.ts";
import type { Sum } from "./sum.ts";

/**
 * A partial sum as bytes: a head, then for each index its count (4 bytes) and four whole numbers, each as a count
 * of 64-bit words (2 bytes) and those words, two's complement, least one first. All little-endian.
 */
const MAGIC = "MHSUM1\0\0";
const HEAD_BYTES = 16;
const BUFFER_BYTES = 256 * 1_024;
const READ_BYTES = 64 * 1_024;
/** Bytes of the longest number: a sum of squares of values of 400 digits, scaled by up to 800 more. */
const MAX_INT_BYTES = 2 + 8 * 320;
const MAX_RECORD = 4 + 4 * MAX_INT_BYTES;

/** Partial sums by index, which can be read more than once. */
export interface SumsFile {
  readonly scale: number;
  /** Reads the sums from the first index on. */
  blocks(): AsyncGenerator<readonly Sum[]>;
}

/** Writes partial sums to a file, a buffer at a time. */
export async function writeSums(
  path: string,
  scale: number,
  blocks: AsyncIterable<readonly Sum[]>,
): Promise<void> {
  const handle = await open(path, "w");
  const buffer = Buffer.alloc(BUFFER_BYTES + MAX_RECORD);
  try {
    buffer.write(MAGIC, "latin1");
    buffer.writeUInt32LE(scale, 8);
    let at = HEAD_BYTES;
    for await (const block of blocks) {
      for (const sum of block) {
        at = writeSum(buffer, at, sum);
        if (at < BUFFER_BYTES) continue;
        await handle.writeFile(buffer.subarray(0, at));
        at = 0;
      }
    }
    await handle.writeFile(buffer.subarray(0, at));
  } finally {
    await handle.close();
  }
}

export async function openSums(file: StepFile): Promise<SumsFile> {
  const head = await file.slice(0, HEAD_BYTES);
  if (head.toString("latin1", 0, 8) !== MAGIC) throw new Error("a partial sum has another format");
  return { scale: head.readUInt32LE(8), blocks: () => readSums(file) };
}

async function* readSums(file: StepFile): AsyncGenerator<readonly Sum[]> {
  for (let offset = HEAD_BYTES; offset < file.bytes; ) {
    const bytes = await file.slice(offset, READ_BYTES);
    const reader = new Reader(bytes);
    const sums: Sum[] = [];
    let whole = 0;
    for (let sum = reader.sum(); sum !== undefined; sum = reader.sum()) {
      sums.push(sum);
      whole = reader.at;
    }
    if (whole === 0) throw new Error("a partial sum is cut short");
    yield sums;
    offset += whole;
  }
}

function writeSum(buffer: Buffer, at: number, { count, sum, squares, min, max }: Sum): number {
  let next = buffer.writeUInt32LE(count, at);
  for (const value of [sum, squares, min, max]) next = writeInt(buffer, next, value);
  return next;
}

function writeInt(buffer: Buffer, at: number, value: Int): number {
  if (typeof value === "number") {
    buffer.writeUInt16LE(1, at);
    buffer.writeUInt32LE(value >>> 0, at + 2);
    buffer.writeInt32LE(Math.floor(value / 2 ** 32), at + 6);
    return at + 10;
  }
  const words = Math.ceil((value.toString(16).length * 4 + 1) / 64);
  buffer.writeUInt16LE(words, at);
  let rest = value;
  for (let i = 0; i < words; i += 1) {
    buffer.writeBigUInt64LE(BigInt.asUintN(64, rest), at + 2 + 8 * i);
    rest >>= 64n;
  }
  return at + 2 + 8 * words;
}

/** Reads sums from a buffer; returns undefined when the rest has no whole sum. */
class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  sum(): Sum | undefined {
    if (this.at + 4 > this.#bytes.length) return undefined;
    const count = this.#bytes.readUInt32LE(this.at);
    this.at += 4;
    const sum = this.#int();
    const squares = this.#int();
    const min = this.#int();
    const max = this.#int();
    if (sum === undefined || squares === undefined || min === undefined || max === undefined)
      return undefined;
    return { count, sum, squares, min, max };
  }

  #int(): Int | undefined {
    if (this.at + 2 > this.#bytes.length) return undefined;
    const words = this.#bytes.readUInt16LE(this.at);
    const start = this.at + 2;
    this.at = start + 8 * words;
    if (this.at > this.#bytes.length) return undefined;
    return words === 1 ? this.#word(start) : this.#long(start, words);
  }

  #word(at: number): Int {
    const value = this.#bytes.readInt32LE(at + 4) * 2 ** 32 + this.#bytes.readUInt32LE(at);
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigInt64LE(at);
  }

  #long(at: number, words: number): bigint {
    let value = this.#bytes.readBigInt64LE(at + 8 * (words - 1));
    for (let i = words - 2; i >= 0; i -= 1) value = (value << 64n) | this.#bytes.readBigUInt64LE(at + 8 * i);
    return value;
  }
}
