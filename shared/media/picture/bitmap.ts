import { FileError } from "../../errors.ts";

/** A picture that a decoder of this folder reads row by row, so that its colours are never whole in memory. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly bits: 8 | 16;
  /** Writes row `y` (0 = top) into `rgba`, four samples a pixel, 0..255 or 0..65535. */
  readRow(y: number, rgba: Uint8Array | Uint16Array): void;
}

/** Limits of the decoders. */
export interface Limits {
  /** Most pixels of all pages that are read. */
  readonly maxPixels: number;
}

/**
 * Checks a size before memory is allocated for it.
 * @throws FileError `corrupt_file` for impossible sides, `too_large` beyond the limit
 */
export function checkSize(width: number, height: number, { maxPixels }: Limits): void {
  if (!(width >= 1 && height >= 1)) throw corrupt("its width or height is not a positive number");
  if (width * height > maxPixels) throw tooLarge(maxPixels, `${width} x ${height}`);
}

export function tooLarge(maxPixels: number, size?: string): FileError {
  const what = size === undefined ? "The image" : `The image (${size})`;
  const limit = `${what} has more than ${maxPixels} pixels, the limit set by the option max_pixels.`;
  return new FileError("too_large", `${limit} Raise it or make the image smaller.`);
}

export function corrupt(why: string, cause?: unknown): FileError {
  return new FileError("corrupt_file", `The image is damaged or cut off: ${why}.`, { cause });
}
