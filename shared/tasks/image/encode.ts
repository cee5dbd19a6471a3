import { FileError } from "../../errors.ts";
import type { ImageOptions } from "./index.ts";
import type { Gray, Samples } from "./luma.ts";
import { type Sharp, sharp } from "./sharp.ts";
import type { Animation } from "./source.ts";

/** A gray picture as sharp takes it. */
export function sharpOf(gray: Gray): Sharp {
  const { width, height, pages, channels, data } = gray;
  const raw = { width, height: height * pages, channels, ...(pages > 1 ? { pageHeight: height } : {}) };
  return sharp(data, { raw, limitInputPixels: false }).toColourspace(is16(gray) ? "grey16" : "b-w");
}

export function is16({ data }: Pick<Gray, "data">): boolean {
  return data instanceof Uint16Array;
}

interface Turn {
  readonly angle: 0 | 90 | 180 | 270;
  /** Mirrored left to right, before it is turned clockwise by `angle`. */
  readonly mirrored: boolean;
}

/** By EXIF orientation (Exif 2.32, tag 0x0112): what makes a picture upright. */
const TURNS: Readonly<Record<number, Turn>> = {
  2: { angle: 0, mirrored: true },
  3: { angle: 180, mirrored: false },
  4: { angle: 180, mirrored: true },
  5: { angle: 270, mirrored: true },
  6: { angle: 90, mirrored: false },
  7: { angle: 90, mirrored: true },
  8: { angle: 270, mirrored: false },
};

/** Turns a picture upright; each page for itself. */
export async function upright(gray: Gray, orientation: number): Promise<Gray> {
  const turn = TURNS[orientation];
  if (turn === undefined) return gray;
  const sideways = turn.angle === 90 || turn.angle === 270;
  const { width, height } = gray;
  const size = sideways ? { width: height, height: width } : { width, height };
  if (gray.pages === 1) return { ...gray, ...size, data: await turned(gray, turn) };
  const samples = width * height * gray.channels;
  const data = gray.data.slice();
  for (let page = 0; page < gray.pages; page++) {
    const one = { ...gray, pages: 1, data: gray.data.subarray(page * samples, (page + 1) * samples) };
    data.set(await turned(one, turn), page * samples);
  }
  return { ...gray, ...size, data };
}

async function turned(page: Gray, { angle, mirrored }: Turn): Promise<Samples> {
  return await rawOf(sharpOf(page).flop(mirrored).rotate(angle), page);
}

/** Formats that keep 16 bits. */
const DEEP_FORMATS: readonly string[] = ["png", "tiff"];

/** How a picture is to be stored. */
export interface Encoding {
  readonly options: ImageOptions;
  readonly animation: Animation | undefined;
}

export interface Encoded {
  readonly data: Buffer;
  readonly width: number;
  /** Of one page. */
  readonly height: number;
  readonly pages: number;
  readonly channels: number;
  readonly bits: 8 | 16;
}

/**
 * Fits a picture into the wished size and stores it in the wished format.
 * @throws FileError `too_large` if the format cannot hold a picture of this size.
 */
export async function encode(gray: Gray, { options, animation }: Encoding): Promise<Encoded> {
  const { format, background } = options;
  const behind = { r: background, g: background, b: background };
  const image = resized(sharpOf(gray), options);
  if (format === "jpeg") image.flatten({ background: behind });
  const deep = is16(gray) && DEEP_FORMATS.includes(format);
  image.toColourspace(deep ? "grey16" : "b-w");
  store(image, options, gray.pages > 1 ? animation : undefined);
  const { data, info } = await storing(format, image);
  const height = gray.pages > 1 ? (info.pageHeight ?? info.height) : info.height;
  const { width, channels } = info;
  const body = format === "png" ? withoutDensity(data) : data;
  return { data: body, width, height, channels, pages: gray.pages, bits: deep ? 16 : 8 };
}

async function storing(format: string, image: Sharp) {
  try {
    return await image.toBuffer({ resolveWithObject: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : "";
    if (!/too large|exceeds?|dimension/i.test(text)) throw error;
    const told = `A picture of this size does not fit the format ${format}. Give a width or height.`;
    throw new FileError("too_large", told);
  }
}

function resized(image: Sharp, { width, height, fit, enlarge, background: gray }: ImageOptions): Sharp {
  if (width === null && height === null) return image;
  const background = { r: gray, g: gray, b: gray };
  const sides = { ...(width === null ? {} : { width }), ...(height === null ? {} : { height }) };
  return image.resize({ ...sides, fit, withoutEnlargement: !enlarge, background });
}

function store(image: Sharp, { format, quality }: ImageOptions, animation: Animation | undefined): Sharp {
  const timing = animation === undefined ? {} : { delay: [...animation.delay], loop: animation.loop };
  switch (format) {
    case "png":
      // Adaptive filters and this level stay within Pillow's size; level 9 takes three times as long for 1 %.
      return image.png({ adaptiveFiltering: true, compressionLevel: 7 });
    case "jpeg":
      return image.jpeg({ quality });
    case "webp":
      return image.webp({ quality, ...timing });
    case "avif":
      return image.avif({ quality });
    case "gif":
      return image.gif({ dither: 0, ...timing });
    case "tiff":
      return image.tiff({ compression: "deflate", predictor: "horizontal" });
  }
}

/** libvips notes 72 dpi in every PNG, whether anybody said so or not; PNG, ISO/IEC 15948: length, type, data, CRC. */
function withoutDensity(png: Buffer): Buffer {
  let at = 8;
  while (at + 8 <= png.length) {
    const size = 12 + png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") return png;
    if (type === "pHYs") return Buffer.concat([png.subarray(0, at), png.subarray(at + size)]);
    at += size;
  }
  return png;
}

/** The samples that come out of a pipeline, of the same kind as those of `like`. */
export async function rawOf(image: Sharp, like: Pick<Gray, "data" | "channels">): Promise<Samples> {
  const deep = is16(like);
  // As plain gray, sharp would drop the alpha of raw pixels.
  if (like.channels === 2 && !deep) return await grayAlpha(image);
  const data = await image.raw({ depth: deep ? "ushort" : "uchar" }).toBuffer();
  return deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
}

async function grayAlpha(image: Sharp): Promise<Samples> {
  const data = await image.toColourspace("srgb").raw().toBuffer();
  const kept = new Uint8Array(data.length / 2);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 2) {
    kept[to] = data[from] as number;
    kept[to + 1] = data[from + 3] as number;
  }
  return kept;
}
