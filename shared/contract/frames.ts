import type { Readable } from "node:stream";
import { AppError } from "../errors.ts";
import { type FrameHeader, frameHeader } from "./fleet.ts";

/** Longest header line; a peer that sends more is not speaking this protocol. */
const MAX_HEADER = 64 * 1024;
const NEWLINE = 0x0a;

/** Code of a unit whose child was ended by neither itself nor its slave: by the system or a person, perhaps. */
export const CHILD_KILLED = "child_killed";

/** Code of a unit that its slave had no room for on its disk: handed back, and the slave is left alone for a while. */
export const DISK_FULL = "disk_full";

/** What a reader yields: a header, and for a `part` its body, which must be read before the next frame. */
export interface Frame {
  readonly header: FrameHeader;
  readonly body: AsyncIterable<Buffer>;
}

export function encodeHeader(header: FrameHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`, "utf8");
}

/**
 * Reads frames from a byte stream without ever holding a body whole. `onBytes` is called whenever
 * something arrives, so that silence can be told from slowness.
 * @throws AppError `bad_frame` for what is not a frame, `stream_broken` when it ends in the middle.
 */
export async function* readFrames(stream: Readable, onBytes: () => void = ignore): AsyncGenerator<Frame> {
  const bytes = new ByteReader(stream, onBytes);
  for (;;) {
    const line = await bytes.line();
    if (line === undefined) return;
    const header = parseHeader(line);
    const body = bytes.body(bodyBytes(header));
    yield { header, body };
    for await (const _unread of body) {
      // A body that nobody read is passed over, so that the next header is found.
    }
  }
}

function bodyBytes(header: FrameHeader): number {
  return header.type === "part" && header.handover === undefined ? header.bytes : 0;
}

function parseHeader(line: Buffer): FrameHeader {
  try {
    return frameHeader.parse(JSON.parse(line.toString("utf8")));
  } catch (cause) {
    throw new AppError("bad_frame", "The slave sent a frame that cannot be read.", { status: 502, cause });
  }
}

class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #onBytes: () => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable, onBytes: () => void) {
    this.#onBytes = onBytes;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next line without its end; undefined at a clean end of the stream. */
  async line(): Promise<Buffer | undefined> {
    let from = 0;
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE, from);
      if (end >= 0) return this.#take(end + 1).subarray(0, end);
      if (this.#rest.length > MAX_HEADER) throw new AppError("bad_frame", "A frame's header is too long.");
      from = this.#rest.length;
      if (!(await this.#more())) return this.#cleanEnd();
    }
  }

  async *body(bytes: number): AsyncGenerator<Buffer> {
    let left = bytes;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw broken();
      const chunk = this.#take(Math.min(left, this.#rest.length));
      left -= chunk.length;
      yield chunk;
    }
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  #cleanEnd(): undefined {
    if (this.#rest.length > 0) throw broken();
    return undefined;
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#onBytes();
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}

function ignore(): void {
  // Nobody wants to know.
}

function broken(): AppError {
  return new AppError("stream_broken", "The slave's answer ended in the middle.", { status: 502 });
}
