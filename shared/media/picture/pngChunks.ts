import { inflateSync } from "node:zlib";
import { isErrno } from "../../errors.ts";

const SIGNATURE_BYTES = 8;

export interface PngChunk {
  readonly name: string;
  readonly data: Buffer;
}

/** The chunks of a PNG, in order; a damaged one ends them. */
export function* chunksOf(png: Buffer): Generator<PngChunk> {
  for (let at = SIGNATURE_BYTES; at + 8 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    yield { name, data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

/** Offset of the packed bytes of a chunk; the end of the chunk if there are none. */
export function packedAt(name: string, data: Buffer): number {
  const afterName = data.indexOf(0) + 1;
  if (afterName === 0) return data.length;
  if (name === "zTXt" || name === "iCCP") return afterName + 1;
  if (name !== "iTXt" || data[afterName] !== 1) return data.length;
  const afterLanguage = data.indexOf(0, afterName + 2) + 1;
  const afterKeyword = data.indexOf(0, afterLanguage) + 1;
  return afterLanguage === 0 || afterKeyword === 0 ? data.length : afterKeyword;
}

/** Inflated bytes; undefined where there are more than `most`, empty where they do not inflate. */
export function inflated(packed: Buffer, most: number): Buffer | undefined {
  if (packed.length === 0) return packed;
  try {
    return inflateSync(packed, { maxOutputLength: most });
  } catch (error) {
    return isErrno(error, "ERR_BUFFER_TOO_LARGE") ? undefined : Buffer.alloc(0);
  }
}
