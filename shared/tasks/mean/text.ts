import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileError } from "../../errors.ts";
import * as iconv from "../../media/text/codecs/iconv.ts";
import { wideTextEncoding } from "../../media/text/decode.ts";
import type { StepFile } from "../task.ts";

const CHUNK_BYTES = 16 * 1_024;
/** Most bytes of text in one file after decompression. */
const MAX_TEXT = 8 * 1_024 ** 3;

/**
 * Streams the bytes of a text without a byte order mark, UTF-16 and UTF-32 as UTF-8; gzip is recognised by its content
 * and decompressed.
 * @throws FileError `corrupt_file` for damaged gzip, `too_large` beyond 8 GB of text.
 */
export async function* textOf(file: StepFile): AsyncGenerator<Buffer> {
  const head = await file.slice(0, 4);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  let total = 0;
  let narrow: Narrow | undefined;
  for await (const chunk of packed ? unpacked(file) : chunksOf(file)) {
    narrow ??= narrowing(chunk);
    const marked = total === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    total += chunk.length;
    if (total > MAX_TEXT) throw new FileError("too_large", `${file.filename} holds more than 8 GB of text.`);
    yield narrow(marked ? chunk.subarray(3) : chunk);
  }
}

type Narrow = (chunk: Buffer) => Buffer;

/** How to make ASCII bytes of the chunks of a file that begins with this one. */
function narrowing(first: Buffer): Narrow {
  const encoding = first.includes(0) ? wideTextEncoding(first) : undefined;
  if (encoding === undefined) return (chunk) => chunk;
  const decoder = iconv.getDecoder(encoding);
  return (chunk) => Buffer.from(decoder.write(chunk), "utf8");
}

async function* chunksOf(file: StepFile): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.bytes; at += CHUNK_BYTES) yield await file.slice(at, CHUNK_BYTES);
}

async function* unpacked(file: StepFile): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Errors of source and gzip both reach the reader of `gunzip`; pipeline requires the callback.
  pipeline(Readable.from(chunksOf(file), { highWaterMark: 1 }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const message = `${file.filename} is damaged: its gzip data cannot be unpacked.`;
    throw new FileError("corrupt_file", message, { cause: error });
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
