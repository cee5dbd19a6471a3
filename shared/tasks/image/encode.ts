import { FileError } from "../../errors.ts";
import { is16, sharpOf } from "../../media/picture/graySharp.ts";
import type { Gray } from "../../media/picture/luma.ts";
import type { Sharp } from "../../media/picture/sharp.ts";
import type { Animation } from "../../media/picture/source.ts";
import type { ImageOptions } from "./options.ts";

/** Output formats that keep 16 bits. */
const DEEP_FORMATS: readonly string[] = ["png", "tiff"];

/** Output format and size of a picture. */
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
 * Resizes a picture as the options say and encodes it in their format.
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

/** Removes the resolution that libvips writes into every PNG. A chunk is length, type, data, CRC (ISO/IEC 15948). */
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
