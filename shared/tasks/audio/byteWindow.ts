import type { StepFile } from "../task.ts";

/** Gives the bytes of a stream in order; an empty buffer at its end. */
export type StreamSource = () => Promise<Buffer>;

const READ_BYTES = 256 * 1_024;
/** Bytes behind the end that a reader of bits may touch; they are 0. */
const PADDING = 8;

/** The bytes of a file from an offset up to another one. */
export function bytesOf(file: StepFile, start: number, end: number): StreamSource {
  let at = start;
  return async () => {
    const bytes = await file.slice(at, Math.min(READ_BYTES, Math.max(0, end - at)));
    at += bytes.length;
    return bytes;
  };
}

/** A section of a stream that moves forward over it. */
export class ByteWindow {
  bytes = Buffer.alloc(READ_BYTES + PADDING);
  /** Offsets in `bytes` of the section. */
  start = 0;
  end = 0;
  /** Number of bytes of the stream before the section. */
  passed = 0;
  readonly #source: StreamSource;
  #isOver = false;

  constructor(source: StreamSource) {
    this.#source = source;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Whether the stream has no bytes behind the section. */
  get isLast(): boolean {
    return this.#isOver;
  }

  /** Reads until the section has so many bytes, or the stream ends. @returns whether it has them */
  async fill(count: number): Promise<boolean> {
    while (this.length < count && !this.#isOver) {
      const bytes = await this.#source();
      this.#isOver = bytes.length === 0;
      this.#append(bytes);
    }
    return this.length >= count;
  }

  pass(count: number): void {
    this.start += count;
    this.passed += count;
  }

  /** Passes over bytes that are not needed. @returns whether the stream has them */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > 0) {
      if (this.length === 0 && !(await this.fill(1))) return false;
      const part = Math.min(left, this.length);
      this.pass(part);
      left -= part;
    }
    return true;
  }

  #append(more: Buffer): void {
    const kept = this.length;
    const needed = kept + more.length + PADDING;
    const target =
      needed > this.bytes.length ? Buffer.alloc(Math.max(needed, 2 * this.bytes.length)) : this.bytes;
    if (this.start > 0 || target !== this.bytes) this.bytes.copy(target, 0, this.start, this.end);
    more.copy(target, kept);
    target.fill(0, kept + more.length, needed);
    this.bytes = target;
    this.start = 0;
    this.end = kept + more.length;
  }
}
