import type { Readable } from "node:stream";
import type { ErrorCode } from "../codes.ts";
import { AppError } from "../errors.ts";
import { type FrameHeader, frameHeader } from "./fleet.ts";

/** Longest header line; a longer one is not of this protocol. */
const MAX_HEADER = 64 * 1024;
const NEWLINE = 0x0a;

/** Code of a unit whose child was ended from outside: by the system or a person. */
export const CHILD_KILLED = "child_killed" satisfies ErrorCode;

/** Code of a unit that its slave hands back because its disk is full; the slave then rests for a while. */
export const DISK_FULL = "disk_full" satisfies ErrorCode;

/** Bodies up to this size are read whole. */
export const SMALL_BODY = 64 * 1024;

/** A header with its body: whole when it is small (empty where it has none), else as a stream. */
export type Frame =
  | { readonly header: FrameHeader; readonly whole: Buffer; readonly body: undefined }
  | { readonly header: FrameHeader; readonly whole: undefined; readonly body: AsyncIterable<Buffer> };

export function encodeHeader(header: FrameHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`, "utf8");
}

/**
 * Reads frames from a byte stream without ever holding a large body whole. Each batch has the frames that have arrived;
 * a frame with a large body is a batch of its own, whose body must be read before the next batch. `onBytes` is called
 * whenever bytes arrive, so that silence can be told from slowness.
 * @throws AppError `bad_frame` for what is not a frame, `stream_broken` when it ends in the middle.
 */
export async function* readFrames(
  stream: Readable,
  onBytes: () => void = ignore,
): AsyncGenerator<readonly Frame[]> {
  const bytes = new ByteReader(stream, onBytes);
  for (;;) {
    const { frames, large } = cutOut(bytes);
    if (frames.length > 0) yield frames;
    if (large !== undefined) {
      const body = bytes.body(bodyBytes(large));
      yield [{ header: large, whole: undefined, body }];
      for await (const _unread of body) {
        // The rest of a body that the caller did not read is skipped, so that the next header is found.
      }
    } else if (!(await bytes.more())) return bytes.requireEnd();
  }
}

/** Frames that have arrived whole, up to the header of a large body. */
function cutOut(bytes: ByteReader): { readonly frames: Frame[]; readonly large: FrameHeader | undefined } {
  const frames: Frame[] = [];
  for (;;) {
    const header = bytes.peekHeader();
    if (header === undefined) return { frames, large: undefined };
    const length = bodyBytes(header);
    if (length > SMALL_BODY) {
      bytes.passHeader();
      return { frames, large: header };
    }
    const whole = bytes.takeWithBody(length);
    if (whole === undefined) return { frames, large: undefined };
    frames.push({ header, whole, body: undefined });
  }
}

function bodyBytes(header: FrameHeader): number {
  return header.type === "part" && header.handover === undefined ? header.bytes : 0;
}

function parseHeader(line: string): FrameHeader {
  try {
    return frameHeader.parse(JSON.parse(line));
  } catch (cause) {
    throw new AppError("bad_frame", "The slave sent a frame that cannot be read.", { status: 502, cause });
  }
}

class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #onBytes: () => void;
  #rest: Buffer = Buffer.alloc(0);
  /** The header that `#rest` begins with, once it has arrived whole. */
  #header: FrameHeader | undefined;
  #headerBytes = 0;
  /** Bytes of `#rest` that are known to hold no end of a line. */
  #looked = 0;

  constructor(stream: Readable, onBytes: () => void) {
    this.#onBytes = onBytes;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next header, once it has arrived whole. */
  peekHeader(): FrameHeader | undefined {
    if (this.#header !== undefined) return this.#header;
    const end = this.#rest.indexOf(NEWLINE, this.#looked);
    if (end < 0) {
      if (this.#rest.length > MAX_HEADER) throw new AppError("bad_frame", "A frame's header is too long.");
      this.#looked = this.#rest.length;
      return undefined;
    }
    this.#header = parseHeader(this.#rest.toString("utf8", 0, end));
    this.#headerBytes = end + 1;
    return this.#header;
  }

  passHeader(): void {
    this.#pass(this.#headerBytes);
  }

  /** Removes the header and returns its body of so many bytes, once that has arrived whole. */
  takeWithBody(bytes: number): Buffer | undefined {
    const end = this.#headerBytes + bytes;
    if (this.#rest.length < end) return undefined;
    const body = this.#rest.subarray(this.#headerBytes, end);
    this.#pass(end);
    return body;
  }

  async *body(bytes: number): AsyncGenerator<Buffer> {
    let left = bytes;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.more())) throw broken();
      const chunk = this.#rest.subarray(0, left);
      this.#pass(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  /** Waits for more bytes; false at the end of the stream. */
  async more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#onBytes();
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }

  /** To be called at the end of the stream. @throws AppError `stream_broken` when that is in the middle of a frame */
  requireEnd(): void {
    if (this.#rest.length > 0) throw broken();
  }

  #pass(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#header = undefined;
    this.#looked = 0;
  }
}

function ignore(): void {
  // The caller does not watch for silence.
}

function broken(): AppError {
  return new AppError("stream_broken", "The slave's answer ended in the middle.", { status: 502 });
}
