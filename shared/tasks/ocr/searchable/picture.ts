import { deflateSync } from "node:zlib";
import { drawnBitmap } from "../../../media/picture/colour.ts";
import { decoding } from "../../../media/picture/decoding.ts";
import { withEndMarker } from "../../../media/picture/jpegEnd.ts";
import type { Sharp } from "../../../media/picture/sharp.ts";
import type { Source } from "../../../media/picture/source.ts";
import { jpegFacts } from "./jpeg.ts";
import { flateOfPng } from "./png.ts";

/** A picture as a stream of a PDF. */
export interface PictureStream {
  readonly head: PictureStreamHead;
  readonly bytes: Uint8Array;
}

export interface PictureStreamHead {
  /** Pixels as stored, before `orientation`. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
  /** Resolution in pixels per inch, if the file has one. */
  readonly density?: number;
  readonly colours: 1 | 3 | 4;
  readonly bits: 1 | 8 | 16;
  readonly filter: "DCTDecode" | "FlateDecode";
  /** Further entries of the picture's dictionary. */
  readonly entries: string;
  /** ICC profile as base64. */
  readonly icc?: string;
}

/**
 * The stream of one page of an image: a JPEG as it is, anything else deflated without loss, on white. Colours that a PNG
 * cannot hold (CMYK of a TIFF, Lab) become sRGB.
 * @param page of `openPage` @param file the bytes of the file
 */
export async function pictureStream(page: Source, file: Buffer): Promise<PictureStream> {
  const { width, height, orientation, density } = page;
  const base = { width, height, orientation, ...(density === undefined ? {} : { density }) };
  const jpeg = page.format === "jpeg" ? jpegFacts(file) : undefined;
  if (jpeg !== undefined) {
    const icc = await profileOf(page, jpeg.colours);
    return { head: { ...base, ...jpeg, ...icc, filter: "DCTDecode" }, bytes: withEndMarker(file) ?? file };
  }
  if (isBilevel(page)) {
    const bytes = await decoding(page, () => bilevel(page));
    return { head: { ...base, colours: 1, bits: 1, filter: "FlateDecode", entries: "" }, bytes };
  }
  const icc = await profileOf(page, coloursOfPage(page));
  const keepsValues = icc.icc !== undefined;
  const png = await decoding(page, () => losslessPng(page, keepsValues));
  const { bytes, colours, bits, entries } = flateOfPng(png);
  return { head: { ...base, colours, bits, entries, ...icc, filter: "FlateDecode" }, bytes };
}

function isBilevel({ storedBits, isPalette, space, hasAlpha, content }: Source): boolean {
  return storedBits === 1 && !isPalette && space === "b-w" && !hasAlpha && content.kind === "sharp";
}

function isGray({ space }: Source): boolean {
  return space === "b-w" || space === "grey16";
}

function coloursOfPage(page: Source): 1 | 3 | undefined {
  if (isGray(page)) return 1;
  return page.space === "srgb" || page.space === "rgb" || page.space === "rgb16" ? 3 : undefined;
}

const KINDS = { 1: "GRAY", 3: "RGB ", 4: "CMYK" } as const;

/** The profile of a picture, if it is one for this number of colours. */
async function profileOf(
  { content, hasProfile }: Source,
  colours: 1 | 3 | 4 | undefined,
): Promise<{ readonly icc?: string }> {
  if (!hasProfile || content.kind !== "sharp" || colours === undefined) return {};
  const { icc } = await content.open().metadata();
  if (icc === undefined || icc.toString("latin1", 16, 20) !== KINDS[colours]) return {};
  return { icc: icc.toString("base64") };
}

async function bilevel({ content, width, height }: Source): Promise<Buffer> {
  if (content.kind !== "sharp") throw new Error("not read by sharp");
  const gray = await content.open().toColourspace("b-w").raw({ depth: "uchar" }).toBuffer();
  const row = Math.ceil(width / 8);
  const packed = Buffer.alloc(row * height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      if ((gray[at] ?? 0) > 127)
        packed[y * row + (x >> 3)] = (packed[y * row + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
  return deflateSync(packed);
}

async function losslessPng(page: Source, keepsValues: boolean): Promise<Buffer> {
  const { content, bits } = page;
  const image: Sharp =
    content.kind === "sharp" ? content.open({ ignoreIcc: keepsValues }) : drawnBitmap(page);
  const deep = bits === 16 && content.kind === "sharp";
  const space = isGray(page) ? (deep ? "grey16" : "b-w") : deep ? "rgb16" : "srgb";
  return await image
    .flatten({ background: "white" })
    .toColourspace(space)
    .png({ compressionLevel: 6, adaptiveFiltering: true })
    .toBuffer();
}
