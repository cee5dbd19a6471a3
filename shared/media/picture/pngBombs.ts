import { inflateSync } from "node:zlib";
import { FileError, isErrno } from "../../errors.ts";

/** Most inflated bytes of all texts and colour profiles of one PNG. Real profiles have up to 4 MB. */
const MOST_BESIDE = 32 * 2 ** 20;
const SIGNATURE_BYTES = 8;

/**
 * Refuses a PNG whose packed texts or profiles would fill the memory, before the library inflates them.
 * The library judges data that does not inflate.
 * @throws FileError `too_large`
 */
export function refusePngBombs(png: Buffer): void {
  let left = MOST_BESIDE;
  for (const { name, data } of chunksOf(png)) {
    if (name === "IDAT") continue;
    left -= inflatedBytes(data.subarray(packedAt(name, data)), left);
    if (left > 0) continue;
    const limit = MOST_BESIDE / 2 ** 20;
    const what = `The PNG holds texts or profiles that inflate to more than ${limit} MB`;
    throw new FileError("too_large", `${what}, as a decompression bomb does. This limit is fixed.`);
  }
}

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let at = SIGNATURE_BYTES; at + 8 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    yield { name, data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

/** Offset of the packed bytes of a chunk; the end of the chunk if there are none. */
function packedAt(name: string, data: Buffer): number {
  const afterName = data.indexOf(0) + 1;
  if (afterName === 0) return data.length;
  if (name === "zTXt" || name === "iCCP") return afterName + 1;
  if (name !== "iTXt" || data[afterName] !== 1) return data.length;
  const afterLanguage = data.indexOf(0, afterName + 2) + 1;
  const afterKeyword = data.indexOf(0, afterLanguage) + 1;
  return afterLanguage === 0 || afterKeyword === 0 ? data.length : afterKeyword;
}

/** Number of inflated bytes, at most `most`. */
function inflatedBytes(packed: Buffer, most: number): number {
  if (packed.length === 0) return 0;
  try {
    return inflateSync(packed, { maxOutputLength: most }).length;
  } catch (error) {
    return isErrno(error, "ERR_BUFFER_TOO_LARGE") ? most : 0;
  }
}
