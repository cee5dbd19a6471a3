import { corrupt } from "./bitmap.ts";
import type { BmpHeader } from "./bmpHeader.ts";

const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

/**
 * Unpacks RLE8 or RLE4 (Microsoft, "Bitmap Compression") to one palette index a byte, RLE24 (OS/2) to three bytes a pixel, in
 * rows padded to four bytes and in the file's row order. Skipped pixels are index 0, or black.
 */
export function samplesOfRle(data: Buffer, header: BmpHeader): Buffer {
  const canvas = new Canvas(header);
  const unit = header.bits === 24 ? 3 : 1;
  let at = 0;
  while (at + 1 < data.length) {
    const count = data[at] ?? 0;
    const value = data[at + 1] ?? 0;
    if (count > 0) {
      canvas.run(count, data.subarray(at + 1, at + 1 + unit));
      at += 1 + unit;
    } else if (value === END_OF_BITMAP) return canvas.samples;
    else at += 2 + canvas.escape(value, data.subarray(at + 2));
  }
  // Some writers omit the end marker; a picture that ends before its last row is truncated.
  if (canvas.complete) return canvas.samples;
  throw corrupt("its run-length data ends too early");
}

class Canvas {
  readonly samples: Buffer;
  readonly #header: BmpHeader;
  readonly #stride: number;
  /** Bytes of a pixel. */
  readonly #unit: number;
  #x = 0;
  #y = 0;

  constructor(header: BmpHeader) {
    this.#header = header;
    this.#unit = header.bits === 24 ? 3 : 1;
    this.#stride = Math.ceil((header.width * this.#unit) / 4) * 4;
    this.samples = Buffer.alloc(this.#stride * header.height);
  }

  get complete(): boolean {
    const { width, height } = this.#header;
    return this.#y >= height || (this.#y === height - 1 && this.#x >= width);
  }

  /** In RLE4 a run alternates between the two halves of its byte. */
  run(count: number, value: Uint8Array): void {
    for (let n = 0; n < count; n++) this.#put(value, 0, n);
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
    if (bytes.length < (narrow ? Math.ceil(count / 2) : count * this.#unit))
      throw corrupt("its run-length data ends too early");
    for (let n = 0; n < count; n++) this.#put(bytes, narrow ? n >> 1 : n * this.#unit, n);
  }

  #skip(right: number, up: number): void {
    this.#x += right;
    this.#y += up;
  }

  /** @param turn number of the pixel in its run */
  #put(bytes: Uint8Array, from: number, turn: number): void {
    const { width, height, bits } = this.#header;
    if (this.#x < width && this.#y < height) {
      const to = this.#y * this.#stride + this.#x * this.#unit;
      const first = bytes[from] ?? 0;
      this.samples[to] = bits === 4 ? half(first, turn) : first;
      for (let byte = 1; byte < this.#unit; byte++) this.samples[to + byte] = bytes[from + byte] ?? 0;
    }
    this.#x += 1;
  }
}

function half(byte: number, turn: number): number {
  return turn % 2 === 0 ? byte >> 4 : byte & 15;
}
