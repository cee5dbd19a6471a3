import type { FileHandle } from "node:fs/promises";
import { readFully } from "./disk.ts";
import { HEADER_BYTES, headerAt, isWhole, type RecordHeader, seal } from "./record.ts";

/** Read at a time; a longer record is read whole. */
const WINDOW = 256 * 1024;
/** A head with the longest group. */
const HEAD = HEADER_BYTES + 255;

export interface Scanned extends RecordHeader {
  readonly offset: number;
}

/** The records of a pack in order, from its beginning up to its seal, its first broken head or `end`. */
export async function scan(handle: FileHandle, end: number, found: (record: Scanned) => void): Promise<void> {
  const window = new Window(handle, end);
  for (let offset = 0; offset < end; ) {
    const header = window.headerHere(offset) ?? (await window.headerAt(offset));
    if (header === undefined || header.sealed) return;
    found({ ...header, offset });
    offset += header.size;
  }
}

/**
 * Where a pack that was not sealed really ends: behind its last record whose payload is whole. What a kill
 * or a power loss left behind it was never promised to anybody.
 */
export async function wholeEnd(handle: FileHandle, size: number): Promise<number> {
  const window = new Window(handle, size);
  let end = 0;
  for (let offset = 0; offset < size; ) {
    const header = await window.headerAt(offset);
    if (header === undefined || header.sealed) break;
    const next = offset + header.size;
    const payload = await window.bytes(next - header.bytes, header.bytes);
    if (isWhole(header, payload)) end = next;
    offset = next;
  }
  return end;
}

export async function isSealed(handle: FileHandle, size: number): Promise<boolean> {
  const length = seal().length;
  if (size < length) return false;
  return headerAt(await readFully(handle, length, size - length), 0)?.sealed ?? false;
}

/** Reads ahead, as the records of a scan lie one behind the other. */
class Window {
  readonly #handle: FileHandle;
  readonly #end: number;
  #start = 0;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(handle: FileHandle, end: number) {
    this.#handle = handle;
    this.#end = end;
  }

  /** Of what was read ahead; undefined where that ends, too. */
  headerHere(offset: number): RecordHeader | undefined {
    const from = offset - this.#start;
    return from < 0 || from + HEAD > this.#buffer.length ? undefined : headerAt(this.#buffer, from);
  }

  async headerAt(offset: number): Promise<RecordHeader | undefined> {
    return headerAt(await this.bytes(offset, HEAD), 0);
  }

  /** Fewer only at the end. */
  async bytes(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.min(length, this.#end - offset);
    const inside = offset >= this.#start && offset + wanted <= this.#start + this.#buffer.length;
    if (!inside) {
      const ahead = Math.min(Math.max(wanted, WINDOW), this.#end - offset);
      this.#buffer = await readFully(this.#handle, ahead, offset);
      this.#start = offset;
    }
    const from = offset - this.#start;
    return this.#buffer.subarray(from, from + wanted);
  }
}
