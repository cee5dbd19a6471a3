import { corrupt } from "./bitmap.ts";
import type { BmpHeader } from "./bmpHeader.ts";

const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

/**
 * Unpacks RLE8 or RLE4 (Microsoft, "Bitmap Compression") to one palette index a byte, in rows padded
 * to four bytes and in the file's row order. Skipped pixels are index 0.
 */
export function indicesOfRle(data: Uint8Array, header: BmpHeader): Uint8Array {
  const canvas = new Canvas(header);
  let at = 0;
  while (at + 1 < data.length) {
    const [count = 0, value = 0] = data.subarray(at, at + 2);
    at += 2;
    if (count > 0) canvas.run(count, value);
    else if (value === END_OF_BITMAP) return canvas.indices;
    else at += canvas.escape(value, data.subarray(at));
  }
  // Some writers omit the end marker; a picture that ends before its last row is truncated.
  if (canvas.complete) return canvas.indices;
  throw corrupt("its run-length data ends too early");
}

class Canvas {
  readonly indices: Uint8Array;
  readonly #header: BmpHeader;
  readonly #stride: number;
  #x = 0;
  #y = 0;

  constructor(header: BmpHeader) {
    this.#header = header;
    this.#stride = Math.ceil(header.width / 4) * 4;
    this.indices = new Uint8Array(this.#stride * header.height);
  }

  get complete(): boolean {
    const { width, height } = this.#header;
    return this.#y >= height || (this.#y === height - 1 && this.#x >= width);
  }

  /** In RLE4 a run alternates between the two halves of its byte. */
  run(count: number, value: number): void {
    const narrow = this.#header.bits === 4;
    for (let n = 0; n < count; n++) this.#put(narrow ? half(value, n) : value);
  }

  /** Number of bytes that the escape uses. */
  escape(code: number, bytes: Uint8Array): number {
    if (code === END_OF_LINE) this.#skip(-this.#x, 1);
    else if (code === DELTA) this.#skip(bytes[0] ?? 0, bytes[1] ?? 0);
    else this.#literal(bytes, code);
    if (code === END_OF_LINE) return 0;
    // Literal pixels are padded to 16 bits.
    return code === DELTA ? 2 : Math.ceil((code * this.#header.bits) / 16) * 2;
  }

  #literal(bytes: Uint8Array, count: number): void {
    const narrow = this.#header.bits === 4;
    if (bytes.length < (narrow ? Math.ceil(count / 2) : count))
      throw corrupt("its run-length data ends too early");
    for (let n = 0; n < count; n++) this.#put(narrow ? half(bytes[n >> 1] ?? 0, n) : (bytes[n] ?? 0));
  }

  #skip(right: number, up: number): void {
    this.#x += right;
    this.#y += up;
  }

  #put(index: number): void {
    if (this.#x < this.#header.width && this.#y < this.#header.height)
      this.indices[this.#y * this.#stride + this.#x] = index;
    this.#x += 1;
  }
}

function half(byte: number, turn: number): number {
  return turn % 2 === 0 ? byte >> 4 : byte & 15;
}
