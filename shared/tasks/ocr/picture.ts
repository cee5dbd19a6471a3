import { FileError } from "../../errors.ts";
import { grayOf } from "../../media/picture/gray.ts";
import { rawOf, sharpOf, upright } from "../../media/picture/graySharp.ts";
import type { Gray } from "../../media/picture/luma.ts";
import { openPage, type Source } from "../../media/picture/source.ts";

/** An A4 page at 300 dpi and its margins. Tesseract takes about 12 bytes a pixel, beside 190 MB for itself. */
const MAX_READ_PIXELS = 10_000_000;
/** Tesseract counts pixels in 16 bits: longer pages are shrunk. */
const MAX_READ_SIDE = 32_767;
/** Longer ones would be shrunk until nothing can be read. */
const MAX_PAGE_SIDE = 100_000;

/** A page as it is recognised, and the way back from its pixels to those of the page as it was. */
export interface Picture {
  /** 8 bits, one channel, one page. */
  readonly gray: Gray;
  readonly toPage: (x: number, y: number) => readonly [number, number];
}

/** A page that can be read, and its own size. */
export interface ReadablePage {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
}

/**
 * A page of a source, counted from 0: upright by its EXIF orientation, opaque, 8 bits, not too large.
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
  return { picture: await bounded(picture), width, height };
}

/** At most so many pixels, and sides that Tesseract can count. */
export async function bounded(picture: Picture, most = MAX_READ_PIXELS): Promise<Picture> {
  const { width, height } = picture.gray;
  const factor = Math.min(Math.sqrt(most / (width * height)), MAX_READ_SIDE / Math.max(width, height));
  return factor >= 1 ? picture : await scaled(picture, factor);
}

export async function scaled(picture: Picture, factor: number): Promise<Picture> {
  const { gray } = picture;
  const width = Math.max(1, Math.round(gray.width * factor));
  const height = Math.max(1, Math.round(gray.height * factor));
  if (width === gray.width && height === gray.height) return picture;
  const data = await rawOf(sharpOf(gray).resize({ width, height, fit: "fill", kernel: "cubic" }), gray);
  // Functions that live on must not hold the pixels they came from.
  const [across, down] = [gray.width / width, gray.height / height];
  const before = picture.toPage;
  const toPage: Picture["toPage"] = (x, y) => before(x * across, y * down);
  return { gray: { ...gray, width, height, data }, toPage };
}

/** Turns clockwise by quarters. */
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

/** Turns clockwise by any angle around the middle; the corners that appear are paper. */
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

/** Light drawings on nothing get a dark ground, all others a light one. */
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
  // A picture that is mostly opaque has a ground of its own.
  return weight < total / 2 && light > weight * 192;
}
