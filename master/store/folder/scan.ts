import type { FileHandle } from "node:fs/promises";
import { readFully } from "./disk.ts";
import { type EntryHeader, footer, HEADER_BYTES, headerAt, isWhole, sizeOfOther } from "./entry.ts";

/** Bytes that are read at a time; a longer entry is read whole. */
const WINDOW = 256 * 1024;
/** Bytes of a header with the longest group. */
const HEAD = HEADER_BYTES + 255;

export interface Scanned extends EntryHeader {
  readonly offset: number;
}

/**
 * Tells of the entries of a pack in order, up to its footer, its first damaged header or `end`. If `group` is given,
 * most entries of other groups are skipped unchecked, as they are far more.
 */
export async function scan(
  handle: FileHandle,
  end: number,
  { group, found }: { readonly group?: string | undefined; readonly found: (entry: Scanned) => void },
): Promise<void> {
  const window = new Window(handle, end);
  const wanted = group === undefined ? undefined : Buffer.from(group, "latin1");
  for (let offset = 0; offset < end; ) {
    if (!window.covers(offset)) await window.bytes(offset, HEAD);
    const size = window.sizeOfOther(offset, wanted) || report(window, offset, found);
    if (size === 0) return;
    offset += size;
  }
}

/** Tells of the entry that begins here, and returns its size; 0 where none begins. */
function report(window: Window, offset: number, found: (entry: Scanned) => void): number {
  const header = window.headerInside(offset);
  if (header === undefined || header.isFooter) return 0;
  found({ ...header, offset });
  return header.size;
}

/**
 * End of the last whole entry of a pack without a footer. What a kill or a power loss left behind it was never
 * promised to a caller.
 */
export async function wholeEnd(handle: FileHandle, size: number): Promise<number> {
  const window = new Window(handle, size);
  let end = 0;
  for (let offset = 0; offset < size; ) {
    const header = await window.headerAt(offset);
    if (header === undefined || header.isFooter) break;
    const next = offset + header.size;
    const payload = await window.bytes(next - header.bytes, header.bytes);
    if (isWhole(header, payload)) end = next;
    offset = next;
  }
  return end;
}

export async function isFinished(handle: FileHandle, size: number): Promise<boolean> {
  const length = footer().length;
  if (size < length) return false;
  return headerAt(await readFully(handle, length, size - length), 0)?.isFooter ?? false;
}

/** Reads ahead, as a scan reads the entries one after the other. */
class Window {
  readonly #handle: FileHandle;
  readonly #end: number;
  #start = 0;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(handle: FileHandle, end: number) {
    this.#handle = handle;
    this.#end = end;
  }

  /** Whether the window holds a whole header at this offset, with the longest group. */
  covers(offset: number): boolean {
    const from = offset - this.#start;
    return from >= 0 && from + HEAD <= this.#buffer.length;
  }

  /** Only of bytes that are in the window. */
  headerInside(offset: number): EntryHeader | undefined {
    return headerAt(this.#buffer, offset - this.#start);
  }

  /** As the function of that name; 0 also near the end of the window. */
  sizeOfOther(offset: number, group: Buffer | undefined): number {
    if (group === undefined || !this.covers(offset)) return 0;
    return sizeOfOther(this.#buffer, offset - this.#start, group);
  }

  async headerAt(offset: number): Promise<EntryHeader | undefined> {
    return headerAt(await this.bytes(offset, HEAD), 0);
  }

  /** Fewer bytes than `length` only at the end of the pack. */
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
