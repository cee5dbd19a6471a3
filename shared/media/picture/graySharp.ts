import type { Gray, Samples } from "./luma.ts";
import { type Sharp, sharp } from "./sharp.ts";

/** Raw input of sharp for a gray picture. */
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

/** Steps that make a picture upright, by EXIF orientation (Exif 2.32, tag 0x0112). */
const TURNS: Readonly<Record<number, Turn>> = {
  2: { angle: 0, mirrored: true },
  3: { angle: 180, mirrored: false },
  4: { angle: 180, mirrored: true },
  5: { angle: 270, mirrored: true },
  6: { angle: 90, mirrored: false },
  7: { angle: 90, mirrored: true },
  8: { angle: 270, mirrored: false },
};

/** Turns each page of a picture upright. */
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

/** Turns raw pixels of three samples upright. */
export async function turnedSharp(
  data: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  orientation: number,
): Promise<Uint8Array> {
  const turn = TURNS[orientation];
  if (turn === undefined) return data;
  const raw = { width, height, channels: 3 } as const;
  const image = sharp(data, { raw, limitInputPixels: false }).flop(turn.mirrored).rotate(turn.angle);
  return await image.raw().toBuffer();
}

/** Runs a pipeline; its samples have the same type as those of `like`. */
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
