import type { Bitmap } from "./bitmap.ts";

/**
 * A gray picture, rows from top to bottom; with alpha its samples alternate: gray, alpha.
 * Several pages of one size are stacked.
 */
export interface Gray {
  readonly width: number;
  /** Height of one page. */
  readonly height: number;
  readonly pages: number;
  readonly channels: 1 | 2;
  readonly data: Uint8Array | Uint16Array;
}

/** Samples of 8 or 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/**
 * Rec. 601 luma of gamma-encoded samples, .299 R + .587 G + .114 B, rounded: the sums of Pillow's `L`,
 * which in 8 bits differ from the exact value by at most 1/2. Equal samples keep their value.
 * `colours` holds 3 or 4 channels a pixel (the fourth is alpha and is kept as it is), any range.
 */
export function writeLuma(colours: Samples, channels: 3 | 4, gray: Samples): void {
  const step = channels - 2;
  for (let from = 0, to = 0; from + 2 < colours.length; from += channels, to += step) {
    const red = colours[from] as number;
    const green = colours[from + 1] as number;
    const blue = colours[from + 2] as number;
    // Unsigned shift: with 16 bits the sum needs all 32.
    gray[to] = (red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >>> 16;
    if (channels === 4) gray[to + 1] = colours[from + 3] as number;
  }
}

/** Converts a picture to gray row by row. */
export function grayOfBitmap(bitmap: Bitmap): Gray {
  const { width, height, hasAlpha, bits } = bitmap;
  const channels = hasAlpha ? 2 : 1;
  const Kind = bits === 16 ? Uint16Array : Uint8Array;
  const data = new Kind(width * height * channels);
  const rgba = new Kind(width * 4);
  const row = new Kind(width * 2);
  for (let y = 0; y < height; y++) {
    bitmap.readRow(y, rgba);
    writeLuma(rgba, 4, row);
    const line = data.subarray(y * width * channels, (y + 1) * width * channels);
    if (hasAlpha) line.set(row);
    else for (let x = 0; x < width; x++) line[x] = row[x * 2] as number;
  }
  return { width, height, pages: 1, channels, data };
}
