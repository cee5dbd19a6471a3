import { FileError } from "../../errors.ts";
import { type Colours, coloursOf, type PictureSize } from "../../media/picture/colour.ts";
import { grayOf } from "../../media/picture/gray.ts";
import { rawOf, sharpOf, upright } from "../../media/picture/graySharp.ts";
import type { Gray } from "../../media/picture/luma.ts";
import { openPage, type Source } from "../../media/picture/source.ts";
import type { Box } from "./box.ts";

/** Most pixels: an A4 page at 300 dpi with margins. Tesseract takes 190 MB and about 12 bytes for each pixel. */
const MAX_READ_PIXELS = 10_000_000;
/** Longest side that tesseract can count in 16 bits; longer pages are reduced. */
const MAX_READ_SIDE = 32_767;
/** Longest side of a page; reduced further, its text would be illegible. */
const MAX_PAGE_SIDE = 100_000;

/** A page for recognition, with the transformation from its pixels back to those of the original page. */
export interface Picture {
  /** Gray picture with 8 bits, one channel and one page. */
  readonly gray: Gray;
  readonly toPage: (x: number, y: number) => readonly [number, number];
}

/** A page for recognition, and the size of the original. */
export interface ReadablePage {
  readonly picture: Picture;
  /** Decodes the page in colour in this size; undefined for gray pages. */
  readonly colours: (size: PictureSize) => Promise<Colours | undefined>;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes a page of a source, counted from 0, ready for recognition: upright by its EXIF orientation, opaque, 8 bits,
 * not too large.
 * @throws FileError `too_large` when a side has more than 100,000 pixels
 */
export async function pageOf(source: Source, index: number): Promise<ReadablePage> {
  const page = await openPage(source, index);
  if (Math.max(page.width, page.height) > MAX_PAGE_SIDE)
    throw new FileError(
      "too_large",
      `The page is ${page.width} x ${page.height}; for OCR a side has ${MAX_PAGE_SIDE} pixels at most. Cut it into pieces.`,
    );
  const decoded = await grayOf(page, { first: 0, count: 1 }, { atMost: MAX_READ_PIXELS });
  const gray = opaque(await upright(decoded, page.orientation));
  const sideways = page.orientation >= 5;
  const [width, height] = sideways ? [page.height, page.width] : [page.width, page.height];
  const [across, down] = [width / gray.width, height / gray.height];
  const picture: Picture = { gray, toPage: (x, y) => [x * across, y * down] };
  const colours = (size: PictureSize) => coloursOf(page, size);
  return { picture: await bounded(picture), colours, width, height };
}

/** Reduces a picture to at most these pixels and to sides that tesseract can count. */
export async function bounded(picture: Picture, most = MAX_READ_PIXELS): Promise<Picture> {
  const { width, height } = picture.gray;
  const factor = Math.min(Math.sqrt(most / (width * height)), MAX_READ_SIDE / Math.max(width, height));
  return factor >= 1 ? picture : await scaled(picture, factor);
}

/** Cuts a box out of a picture, in its pixels. */
export async function cropped(picture: Picture, { x0, y0, x1, y1 }: Box): Promise<Picture> {
  const { gray } = picture;
  const [width, height] = [x1 - x0, y1 - y0];
  const data = await rawOf(sharpOf(gray).extract({ left: x0, top: y0, width, height }), gray);
  const before = picture.toPage;
  return { gray: { ...gray, width, height, data }, toPage: (x, y) => before(x + x0, y + y0) };
}

export async function scaled(picture: Picture, factor: number): Promise<Picture> {
  const { gray } = picture;
  const width = Math.max(1, Math.round(gray.width * factor));
  const height = Math.max(1, Math.round(gray.height * factor));
  if (width === gray.width && height === gray.height) return picture;
  const data = await rawOf(sharpOf(gray).resize({ width, height, fit: "fill", kernel: "cubic" }), gray);
  // Closures that outlive this call must not keep the original pixels in memory.
  const [across, down] = [gray.width / width, gray.height / height];
  const before = picture.toPage;
  const toPage: Picture["toPage"] = (x, y) => before(x * across, y * down);
  return { gray: { ...gray, width, height, data }, toPage };
}

/** Rotates clockwise by quarters. */
export async function quarterTurned(picture: Picture, degrees: 0 | 90 | 180 | 270): Promise<Picture> {
  if (degrees === 0) return picture;
  const { gray } = picture;
  const { width, height } = gray;
  const data = await rawOf(sharpOf(gray).rotate(degrees), gray);
  const size = degrees === 180 ? { width, height } : { width: height, height: width };
  const before = picture.toPage;
  const back = {
    90: (x: number, y: number) => before(y, height - x),
    180: (x: number, y: number) => before(width - x, height - y),
    270: (x: number, y: number) => before(width - y, x),
  };
  return { gray: { ...gray, ...size, data }, toPage: back[degrees] };
}

/** Rotates clockwise by any angle around the middle; new corners have the colour of paper. */
export async function turned(picture: Picture, degrees: number): Promise<Picture> {
  if (degrees === 0) return picture;
  const { gray } = picture;
  const image = sharpOf(gray).rotate(degrees, { background: { r: 255, g: 255, b: 255 } });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const toPage: Picture["toPage"] = (x, y) => {
    const [right, down] = [x - width / 2, y - height / 2];
    return picture.toPage(
      right * cos + down * sin + gray.width / 2,
      down * cos - right * sin + gray.height / 2,
    );
  };
  return { gray: { ...gray, width, height, data }, toPage };
}

/** A light drawing on transparency gets a dark background, every other picture a light one. */
function opaque(gray: Gray): Gray {
  const { data, channels } = gray;
  const shift = data instanceof Uint16Array ? 8 : 0;
  const pixels = data.length / channels;
  if (channels === 1 && shift === 0) return gray;
  const flat = new Uint8Array(pixels);
  const paper = channels === 2 && inkIsLight(data, shift) ? 0 : 255;
  for (let at = 0; at < pixels; at++) {
    const value = (data[at * channels] as number) >> shift;
    const alpha = channels === 2 ? (data[at * 2 + 1] as number) >> shift : 255;
    flat[at] = Math.round((value * alpha + paper * (255 - alpha)) / 255);
  }
  return { ...gray, channels: 1, data: flat };
}

function inkIsLight(data: Gray["data"], shift: number): boolean {
  let [light, weight, total] = [0, 0, 0];
  for (let at = 0; at + 1 < data.length; at += 2) {
    const alpha = (data[at + 1] as number) >> shift;
    light += ((data[at] as number) >> shift) * alpha;
    weight += alpha;
    total += 255;
  }
  // A mostly opaque picture has its own background.
  return weight < total / 2 && light > weight * 192;
}
