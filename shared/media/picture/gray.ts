import { decoding } from "./decoding.ts";
import { srgbOfLab } from "./lab.ts";
import { type Gray, grayOfBitmap, type Samples, writeLuma } from "./luma.ts";
import type { Sharp } from "./sharp.ts";
import type { SharpContent, Source } from "./source.ts";
import { refuseEndlessSvg } from "./svgCost.ts";

/** Most pixels in colour at the same time: 16 million take 64 MB in RGBA, twice that with 16 bits. */
const BLOCK_PIXELS = 16_000_000;

/** A range of pages, counted from 0. */
export interface PageSpan {
  readonly first: number;
  readonly count: number;
}

/** A rectangle of whole rows of one page, or whole pages. */
interface PixelBlock {
  readonly page: number;
  readonly pages: number;
  readonly top: number;
  readonly rows: number;
}

/** Resolution of the decoded pixels. */
export interface Drawing {
  /** Resolution at which an SVG is drawn; 72 = its own size. */
  readonly dpi?: number;
  /** Size to which sharp reduces a larger page while it decodes it; for single pages. */
  readonly atMost?: number;
}

/**
 * Decodes pages to gray: sRGB (profiles and CMYK are converted), then Rec. 601 luma. Pages are not
 * turned upright. Large images are decoded in blocks of rows, so that their colours are never whole in memory.
 * @throws FileError `corrupt_file`, `too_large`, `unequal_pages`, `unsupported_format`.
 */
export async function grayOf(source: Source, range: PageSpan, drawing: Drawing = {}): Promise<Gray> {
  const { content } = source;
  if (content.kind === "bitmap") return grayOfBitmap(content.bitmap);
  return await decoding(source, async () => {
    const pages = await pagesOf(source, content, { range, drawing });
    const { atMost = Number.POSITIVE_INFINITY } = drawing;
    // Signed samples cannot be interpolated.
    const tooMany = source.space !== "lab" && pages.width * pages.height > atMost;
    return tooMany ? await decodeSmaller(source, pages, atMost) : await decodeBlocks(source, pages);
  });
}

interface Pages {
  readonly range: PageSpan;
  /** Of one page. */
  readonly width: number;
  readonly height: number;
  readonly open: (page: number, pages: number) => Sharp;
}

interface Wanted {
  readonly range: PageSpan;
  readonly drawing: Drawing;
}

async function pagesOf(source: Source, content: SharpContent, { range, drawing }: Wanted): Promise<Pages> {
  const drawn = drawing.dpi === undefined ? {} : { density: drawing.dpi };
  const open = (page: number, pages: number) =>
    content.open({ ...drawn, ...(source.pages > 1 ? { page, pages } : {}) });
  // A page of a TIFF may have its own size, and an SVG has another size at this resolution.
  const { width, height, pageHeight } = await open(range.first, range.count).metadata();
  refuseEndlessSvg(content.nsPerPixel, { width, height });
  return { range, width, height: range.count > 1 ? (pageHeight ?? height) : height, open };
}

async function decodeSmaller(
  source: Source,
  { range, width, height, open }: Pages,
  atMost: number,
): Promise<Gray> {
  const factor = Math.sqrt(atMost / (width * height));
  const size = { width: Math.floor(width * factor), height: Math.floor(height * factor) };
  const decoded = await decodeBlock(open(range.first, 1).resize({ ...size, fit: "fill" }), source);
  const gray = { ...size, pages: 1, ...room(decoded, size.width * size.height) };
  append(gray, 0, decoded);
  return gray;
}

async function decodeBlocks(source: Source, { range, width, height, open }: Pages): Promise<Gray> {
  let gray: Gray | undefined;
  let filled = 0;
  for (const block of blocksOf(range, { width, height })) {
    const image = open(block.page, block.pages);
    if (block.rows < height) image.extract({ left: 0, top: block.top, width, height: block.rows });
    const decoded = await decodeBlock(image, source);
    gray ??= { width, height, pages: range.count, ...room(decoded, width * height * range.count) };
    filled += append(gray, filled, decoded);
  }
  if (gray === undefined) throw new Error("an image without rows");
  return gray;
}

/** Divides pages into blocks: several whole pages, or rows of one large page. */
function* blocksOf(
  { first, count }: PageSpan,
  page: { width: number; height: number },
): Generator<PixelBlock> {
  const pages = Math.max(1, Math.floor(BLOCK_PIXELS / (page.width * page.height)));
  const rows = Math.min(page.height, Math.max(1, Math.floor(BLOCK_PIXELS / page.width)));
  for (let at = 0; at < count; at += pages) {
    const together = Math.min(pages, count - at);
    for (let top = 0; top < page.height; top += rows)
      yield { page: first + at, pages: together, top, rows: Math.min(rows, page.height - top) };
  }
}

interface Decoded {
  readonly data: Samples;
  readonly channels: 1 | 3 | 4;
}

async function decodeBlock(image: Sharp, source: Source): Promise<Decoded> {
  const { space, bits, hasAlpha, hasProfile } = source;
  if (space === "lab") return await decodeLab(image, source);
  if (bits === 16) {
    // sharp converts 16-bit colour with a profile to P3; the second step brings it to sRGB.
    if (hasProfile && space === "rgb16") image.withIccProfile("srgb", { attach: false });
    const { data, info } = await image
      .toColourspace("rgb16")
      .raw({ depth: "ushort" })
      .toBuffer({ resolveWithObject: true });
    const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    return { data: samples, channels: info.channels === 4 ? 4 : 3 };
  }
  const plain = space === "b-w" && !hasAlpha && !hasProfile;
  const { data, info } = await image
    .toColourspace(plain ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels as Decoded["channels"] };
}

async function decodeLab(image: Sharp, { storedBits, hasAlpha }: Source): Promise<Decoded> {
  const deep = storedBits === 16;
  const data = await image
    .toColourspace(deep ? "rgb16" : "srgb")
    .raw({ depth: deep ? "ushort" : "uchar" })
    .toBuffer();
  const channels = hasAlpha ? 4 : 3;
  const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { data: srgbOfLab(samples, channels), channels };
}

function room({ data, channels }: Decoded, pixels: number): Pick<Gray, "channels" | "data"> {
  const kept = channels === 4 ? 2 : 1;
  const Kind = data instanceof Uint16Array ? Uint16Array : Uint8Array;
  return { channels: kept, data: new Kind(pixels * kept) };
}

/** Number of written samples. */
function append(gray: { readonly data: Samples }, at: number, { data, channels }: Decoded): number {
  if (channels === 1) {
    gray.data.set(data, at);
    return data.length;
  }
  const count = (data.length / channels) * (channels - 2);
  writeLuma(data, channels, gray.data.subarray(at, at + count));
  return count;
}
