import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";

const CHUNK_BYTES = 16 * 1_024;
/** Most bytes of text in one file after decompression. */
const MAX_TEXT = 8 * 1_024 ** 3;

/**
 * Streams the bytes of a text without a byte order mark; gzip is recognised by its content and decompressed.
 * @throws FileError `corrupt_file` for damaged gzip, `too_large` beyond 8 GB of text, `unsupported_format` for UTF-16.
 */
export async function* textOf(file: StepFile): AsyncGenerator<Buffer> {
  const head = await file.slice(0, 4);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  let total = 0;
  for await (const chunk of packed ? unpacked(file) : chunksOf(file)) {
    if (total === 0) refuseWide(file, chunk);
    const marked = total === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    total += chunk.length;
    if (total > MAX_TEXT) throw new FileError("too_large", `${file.filename} holds more than 8 GB of text.`);
    yield marked ? chunk.subarray(3) : chunk;
  }
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

function refuseWide({ filename }: StepFile, chunk: Buffer): void {
  const mark = chunk.length < 2 ? 0 : chunk.readUInt16LE(0);
  if (mark !== 0xfeff && mark !== 0xfffe) return;
  throw new FileError(
    "unsupported_format",
    `${filename} is a text in UTF-16. Save it as UTF-8 or plain ASCII.`,
  );
}
