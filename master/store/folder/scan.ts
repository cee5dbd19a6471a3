import type { FileHandle } from "node:fs/promises";
import { readFully } from "./disk.ts";
import { HEADER_BYTES, headerAt, isWhole, type RecordHeader, seal, sizeOfOther } from "./record.ts";

/** Read at a time; a longer record is read whole. */
const WINDOW = 256 * 1024;
/** A head with the longest group. */
const HEAD = HEADER_BYTES + 255;

export interface Scanned extends RecordHeader {
  readonly offset: number;
}

/**
 * The records of a pack in order, from its beginning up to its seal, its first broken head or `end`. If a group is
 * named, most of those of others are passed over unchecked, as they are far more.
 */
export async function scan(
  handle: FileHandle,
  end: number,
  { group, found }: { readonly group?: string | undefined; readonly found: (record: Scanned) => void },
): Promise<void> {
  const window = new Window(handle, end);
  const wanted = group === undefined ? undefined : Buffer.from(group, "latin1");
  for (let offset = 0; offset < end; ) {
    if (!window.isHere(offset)) await window.bytes(offset, HEAD);
    const size = window.sizeOfOther(offset, wanted) || take(window, offset, found);
    if (size === 0) return;
    offset += size;
  }
}

/** The size of the record that begins here; 0 where none does. */
function take(window: Window, offset: number, found: (record: Scanned) => void): number {
  const header = window.headerHere(offset);
  if (header === undefined || header.sealed) return 0;
  found({ ...header, offset });
  return header.size;
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

  /** Whether a whole head was read ahead, whatever group it has. */
  isHere(offset: number): boolean {
    const from = offset - this.#start;
    return from >= 0 && from + HEAD <= this.#buffer.length;
  }

  /** Of what was read ahead. */
  headerHere(offset: number): RecordHeader | undefined {
    return headerAt(this.#buffer, offset - this.#start);
  }

  /** As the function of that name; 0 also near the end of what was read ahead. */
  sizeOfOther(offset: number, group: Buffer | undefined): number {
    if (group === undefined || !this.isHere(offset)) return 0;
    return sizeOfOther(this.#buffer, offset - this.#start, group);
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
