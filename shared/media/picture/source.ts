import { gunzipSync } from "node:zlib";
import { FileError, isErrno } from "../../errors.ts";
import { type Bitmap, corrupt, type Limits } from "./bitmap.ts";
import { openBmp, pictureInBmp } from "./bmp.ts";
import { decoding } from "./decoding.ts";
import { formatOf, type InputFormat, unsupportedFormat } from "./format.ts";
import { withOpenCanvas } from "./gifCanvas.ts";
import { openHeic } from "./heic.ts";
import { openIco } from "./ico.ts";
import { withEndMarker } from "./jpegEnd.ts";
import { undeclaredLab } from "./lab.ts";
import { refusePngBombs } from "./pngBombs.ts";
import { pngOrientation } from "./pngExif.ts";
import { openPnm } from "./pnm.ts";
import { type Metadata, type Sharp, type SharpOptions, sharp } from "./sharp.ts";
import { refuseEndlessSvg, svgCost } from "./svgCost.ts";
import { isCutTiff } from "./tiffDirectory.ts";

/** Most inflated bytes of an SVG; a larger one is a decompression bomb or a mistake. */
const MAX_SVG_BYTES = 32 * 1024 * 1024;

const ONE_PIXEL = { width: 1, height: 1 };

/** Longest side; panoramas and receipts are shorter. */
const MAX_SIDE = 1_000_000;

/** Display time of each frame of an animation in milliseconds, and number of repetitions (0 = endless). */
export interface Animation {
  readonly delay: readonly number[];
  readonly loop: number;
}

/** An opened image: its header is read, its pixels are not decoded. */
export interface Source {
  /** Format by content: `jpeg`, `png`, … */
  readonly format: string;
  /** Pixels as stored, before `orientation` is applied. */
  readonly width: number;
  readonly height: number;
  /** Pages or frames; the largest picture of an icon is its only page. */
  readonly pages: number;
  /** EXIF orientation, 1..8; 1 = upright. */
  readonly orientation: number;
  /** Resolution in pixels per inch, if the file has one. */
  readonly density: number | undefined;
  /** Colour model as stored: `srgb`, `b-w`, `cmyk`, `rgb16`, `grey16`, … */
  readonly space: string;
  /** Bits of a stored sample if fewer than 8; else 8 or 16. */
  readonly storedBits: number;
  readonly isPalette: boolean;
  readonly hasProfile: boolean;
  readonly hasAlpha: boolean;
  readonly bits: 8 | 16;
  readonly animation: Animation | undefined;
  readonly limits: Limits;
  readonly content: SharpContent | BitmapContent;
}

/** Read by sharp; `open` begins a pipeline over the given pages. */
export interface SharpContent {
  readonly kind: "sharp";
  /** Estimated time to draw a pixel of an SVG, in nanoseconds; 0 for other formats. */
  readonly nsPerPixel: number;
  readonly open: (options?: SharpOptions) => Sharp;
}
/** Read by a decoder of this folder. */
export interface BitmapContent {
  readonly kind: "bitmap";
  readonly bitmap: Bitmap;
}

/**
 * Finds a file's format by its content and reads its header.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`.
 */
export async function openImage(bytes: Buffer, limits: Limits): Promise<Source> {
  const format = formatOf(bytes);
  switch (format) {
    case "bmp": {
      const inside = pictureInBmp(bytes);
      if (inside !== undefined) return { ...(await openImage(inside, limits)), format };
      return ofBitmap(format, openBmp(bytes, limits), limits);
    }
    case "heic":
      return ofBitmap(format, await openHeic(bytes, limits), limits);
    case "pnm":
      return ofBitmap(format, openPnm(bytes, limits), limits);
    case "ico": {
      const picture = openIco(bytes, limits);
      if ("bitmap" in picture) return ofBitmap(format, picture.bitmap, limits);
      return await ofSharp(format, picture.png, limits);
    }
    case "tiff": {
      const lab = undeclaredLab(bytes);
      if (lab === undefined) return await ofSharp(format, bytes, limits);
      return { ...(await ofSharp(format, lab, limits)), space: "lab", bits: 8 };
    }
    case "svgz":
      return await ofSharp("svg", inflateSvg(bytes), limits);
    case "jpeg":
      return await ofJpeg(bytes, limits);
    case "png": {
      const source = await ofSharp(format, bytes, limits);
      return source.orientation === 1 ? { ...source, orientation: pngOrientation(bytes) ?? 1 } : source;
    }
    case "gif": {
      const open = withOpenCanvas(bytes);
      return open === undefined
        ? await ofSharp(format, bytes, limits)
        : withoutLast(await ofSharp(format, open, limits));
    }
    default:
      return await ofSharp(format, bytes, limits);
  }
}

/**
 * One page of a file, counted from 0, as a source of its own: in a TIFF each page has its own size,
 * orientation, colours and depth.
 * @throws FileError as `openImage`.
 */
export async function openPage(source: Source, page: number): Promise<Source> {
  const { content } = source;
  if (content.kind === "bitmap" || source.pages === 1) return source;
  const open = (options: SharpOptions = {}) => content.open({ ...options, page, pages: 1 });
  const meta = await decoding(source, () => open().metadata());
  const facts = factsOf(meta);
  const lab = source.space === "lab" ? ({ space: "lab", bits: 8 } as const) : {};
  return { ...source, ...facts, ...lab, pages: 1, content: { ...content, open } };
}

/** A JPEG without the marker of its end must have all of its data: the decoder warns of bits that it misses. */
async function ofJpeg(bytes: Buffer, limits: Limits): Promise<Source> {
  const whole = withEndMarker(bytes);
  if (whole === undefined) return await ofSharp("jpeg", bytes, limits);
  const source = await ofSharp("jpeg", whole, limits);
  const content = source.content.kind === "sharp" ? strict(source.content) : source.content;
  return { ...source, content };
}

function strict(content: SharpContent): SharpContent {
  return { ...content, open: (options = {}) => content.open({ ...options, failOn: "warning" }) };
}

/** An animation without its last frame. */
function withoutLast(source: Source): Source {
  const { animation, pages } = source;
  const delay = animation?.delay.slice(0, pages - 1);
  return {
    ...source,
    pages: pages - 1,
    animation:
      animation === undefined || delay === undefined || pages === 2 ? undefined : { ...animation, delay },
  };
}

async function ofSharp(format: InputFormat | "svg", bytes: Buffer, limits: Limits): Promise<Source> {
  const open = (options: SharpOptions = {}) =>
    sharp(bytes, { failOn: "error", limitInputPixels: limits.maxPixels, ...options });
  if (format === "png") refusePngBombs(bytes);
  const nsPerPixel = format === "svg" ? svgCost(bytes) : 0;
  // The library draws an SVG without a size to find it.
  refuseEndlessSvg(nsPerPixel, ONE_PIXEL);
  const isCut = () => format === "tiff" && isCutTiff(bytes);
  const meta = await decoding({ format, limits, isCut }, () => open().metadata());
  refuseEndlessSvg(nsPerPixel, meta);
  return {
    format,
    ...factsOf(meta),
    pages: meta.pages ?? 1,
    density: format === "svg" ? undefined : meta.density,
    animation: meta.delay === undefined ? undefined : { delay: meta.delay, loop: meta.loop ?? 0 },
    limits,
    content: { kind: "sharp", nsPerPixel, open },
  };
}

/** Refuses long sides: the library holds many whole lines, so that even a few long lines take much memory. */
function refuseLongSides({ width, height }: Pick<Metadata, "width" | "height">): void {
  if (Math.max(width, height) <= MAX_SIDE) return;
  throw new FileError(
    "too_large",
    `The image is ${width} x ${height}; a side has ${MAX_SIDE} pixels at most.`,
  );
}

function factsOf(meta: Metadata) {
  refuseLongSides(meta);
  return {
    width: meta.width,
    height: meta.height,
    orientation: meta.orientation ?? 1,
    space: meta.space,
    storedBits: meta.bitsPerSample ?? bitsOf(meta),
    isPalette: meta.isPalette,
    hasProfile: meta.hasProfile,
    hasAlpha: meta.hasAlpha,
    bits: bitsOf(meta),
  };
}

/** Names of libvips' band formats in messages. */
const SAMPLE_NAMES: Readonly<Record<string, string>> = {
  float: "floating-point gray",
  double: "floating-point",
  uint: "32-bit integer",
  int: "32-bit integer",
  short: "signed 16-bit",
  char: "signed 8-bit",
  complex: "complex",
  dpcomplex: "complex",
};

/** 16-bit integers are kept; colour models that are defined in floating point become 8-bit sRGB. */
function bitsOf({ depth, space }: Metadata): 8 | 16 {
  if (depth === "uchar") return 8;
  if (depth === "ushort") return 16;
  if (space === "lab" || space === "labs" || space === "scrgb") return 8;
  const name = SAMPLE_NAMES[depth] ?? depth;
  throw unsupportedFormat(`Images with ${name} samples`);
}

function ofBitmap(format: string, bitmap: Bitmap, limits: Limits): Source {
  const { width, height, hasAlpha, bits } = bitmap;
  const content = { kind: "bitmap", bitmap } as const;
  const stored = { storedBits: bits, isPalette: false };
  const fixed = { ...stored, pages: 1, orientation: 1, density: undefined, space: "srgb", hasProfile: false };
  return { format, width, height, hasAlpha, bits, limits, content, animation: undefined, ...fixed };
}

function inflateSvg(bytes: Buffer): Buffer {
  try {
    const svg = gunzipSync(bytes, { maxOutputLength: MAX_SVG_BYTES });
    if (formatOf(svg) === "svg") return svg;
  } catch (error) {
    if (isErrno(error, "ERR_BUFFER_TOO_LARGE")) throw new FileError("too_large", tooMuchSvg());
    if (!(error instanceof FileError)) throw corrupt("its gzip data cannot be unpacked", error);
  }
  throw new FileError("wrong_type", "This is not an image: it is gzip data without an SVG.");
}

function tooMuchSvg(): string {
  return `The SVG unpacks to more than ${MAX_SVG_BYTES / 1024 / 1024} MB, which is the limit.`;
}
