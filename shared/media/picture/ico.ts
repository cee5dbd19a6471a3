import { type Bitmap, corrupt, type Limits } from "./bitmap.ts";
import { openDib, strideOf } from "./bmp.ts";
import { readHeader } from "./bmpHeader.ts";

const DIRECTORY = 6;
const ENTRY = 16;
const PNG = Buffer.from("\x89PNG", "latin1");

/** The picture of an icon: a PNG, or a bitmap with a mask. */
export type IconPicture = { readonly png: Buffer } | { readonly bitmap: Bitmap };

/**
 * Opens the largest picture of an ICO or CUR file, of several largest the deepest.
 * @throws FileError `corrupt_file`, `too_large`.
 */
export function openIco(bytes: Buffer, limits: Limits): IconPicture {
  const pictures = bytes.length >= DIRECTORY ? bytes.readUInt16LE(4) : 0;
  if (pictures === 0 || bytes.length < DIRECTORY + pictures * ENTRY)
    throw corrupt("the icon's directory is incomplete");
  const entries = Array.from({ length: pictures }, (_, index) => entryAt(bytes, DIRECTORY + index * ENTRY));
  const [best] = entries.sort((a, b) => b.side - a.side || b.bits - a.bits);
  if (best === undefined || best.offset >= bytes.length) throw corrupt("the icon's picture is missing");
  // Lengths are often wrong; the picture itself shows its end.
  const picture = bytes.subarray(best.offset);
  if (picture.subarray(0, PNG.length).equals(PNG)) return { png: picture };
  return { bitmap: masked(picture, limits) };
}

function entryAt(bytes: Buffer, at: number) {
  // 0 stands for 256.
  const side = bytes.readUInt8(at) || 256;
  return { side, bits: bytes.readUInt16LE(at + 6), offset: bytes.readUInt32LE(at + 12) };
}

/** Pictures of 32 bits have alpha; others have a mask after their colours with a bit for each pixel (1 = transparent). */
function masked(picture: Buffer, limits: Limits): Bitmap {
  const dib = { start: 0, halved: true };
  const header = readHeader(picture, dib);
  if (header.bits === 32) return openDib(picture, { ...dib, alphaByte: true }, limits);
  const colours = openDib(picture, dib, limits);
  const stride = strideOf(header.width, 1);
  const mask = picture.subarray(header.pixels + strideOf(header.width, header.bits) * header.height);
  if (mask.length < stride * header.height) return colours;
  return {
    ...colours,
    hasAlpha: true,
    readRow(y, rgba) {
      colours.readRow(y, rgba);
      const row = (header.height - 1 - y) * stride;
      for (let x = 0; x < header.width; x++) {
        const transparent = ((mask[row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
        rgba[x * 4 + 3] = transparent === 1 ? 0 : 255;
      }
    },
  };
}
