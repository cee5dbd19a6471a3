import { decoding } from "./decoding.ts";
import { turnedSharp } from "./graySharp.ts";
import { type Sharp, sharp } from "./sharp.ts";
import type { Source } from "./source.ts";

/** A picture in sRGB or in gray, samples of 8 bits, rows from top to bottom. */
export interface Colours {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Size of an upright picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a page in colour, upright, on white, in this size; undefined for gray pages and for those whose colours are
 * not in sRGB.
 */
export async function coloursOf(page: Source, size: PictureSize): Promise<Colours | undefined> {
  const { content, space, orientation } = page;
  if (space === "b-w" || space === "grey16" || space === "lab") return undefined;
  const stored = orientation >= 5 ? { width: size.height, height: size.width } : size;
  return await decoding(page, async () => {
    const image = content.kind === "sharp" ? content.open() : drawnBitmap(page);
    const small = image
      .resize({ ...stored, fit: "fill" })
      .flatten({ background: "white" })
      .toColourspace("srgb");
    const { data, info } = await small.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return undefined;
    return { ...size, channels: 3, data: await turnedSharp(data, stored, orientation) };
  });
}

/** A bitmap of the decoders of this folder, with alpha, 8 bits. */
export function drawnBitmap({ content, width, height, bits }: Source): Sharp {
  if (content.kind !== "bitmap") throw new Error("not a bitmap");
  const data = new Uint8Array(width * height * 4);
  const row = bits === 16 ? new Uint16Array(width * 4) : undefined;
  for (let y = 0; y < height; y++) {
    const line = data.subarray(y * width * 4, (y + 1) * width * 4);
    content.bitmap.readRow(y, row ?? line);
    row?.forEach((sample, at) => {
      line[at] = sample >> 8;
    });
  }
  return sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false });
}
