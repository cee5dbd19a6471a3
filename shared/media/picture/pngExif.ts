import { chunksOf, inflated, packedAt } from "./pngChunks.ts";

const LARGEST = 1 << 20;
const ORIENTATION = 0x0112;
/** Most entries of the directory that are looked at. */
const MOST_ENTRIES = 1_000;

/**
 * EXIF orientation that the decoder does not see: in a chunk behind the pixels, and in PNGs that ImageMagick wrote before there
 * was a chunk for it (hexadecimal digits in a text named "Raw profile type exif" or "APP1"). Undefined where there is none.
 */
export function pngOrientation(png: Buffer): number | undefined {
  for (const { name, data } of chunksOf(png)) {
    const exif = name === "eXIf" ? data : rawProfile(name, data);
    const orientation = exif === undefined ? undefined : orientationOf(exif);
    if (orientation !== undefined) return orientation;
  }
  return undefined;
}

/** The EXIF of a text of ImageMagick's. */
function rawProfile(name: string, data: Buffer): Buffer | undefined {
  if (!["zTXt", "tEXt", "iTXt"].includes(name)) return undefined;
  const end = data.indexOf(0);
  if (!/^Raw profile type (?:exif|APP1)$/i.test(data.toString("latin1", 0, Math.max(0, end))))
    return undefined;
  return exifOf(textOf(name, data, end));
}

function textOf(name: string, data: Buffer, end: number): string {
  const at = packedAt(name, data);
  if (at < data.length) return inflated(data.subarray(at), LARGEST)?.toString("latin1") ?? "";
  return data.toString("latin1", end + 1, end + 1 + LARGEST);
}

/** The bytes of a profile: its name and length on lines of their own, then hexadecimal digits. */
function exifOf(text: string): Buffer | undefined {
  const [, digits] = /^\0*\s*\w+\s+\d+\s+([0-9a-f\s]+)/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Buffer.from(digits.replace(/\s+/g, ""), "hex");
  const start = bytes.toString("latin1", 0, 6) === "Exif\0\0" ? 6 : 0;
  return bytes.subarray(start);
}

/** The orientation in the first directory of a TIFF. */
function orientationOf(tiff: Buffer): number | undefined {
  const order = tiff.toString("latin1", 0, 2);
  if ((order !== "II" && order !== "MM") || tiff.length < 8) return undefined;
  const number = (at: number, bytes: 2 | 4) =>
    order === "II" ? tiff.readUIntLE(at, bytes) : tiff.readUIntBE(at, bytes);
  const directory = number(4, 4);
  if (directory + 2 > tiff.length) return undefined;
  const entries = Math.min(
    number(directory, 2),
    MOST_ENTRIES,
    Math.floor((tiff.length - directory - 2) / 12),
  );
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    const value = number(at, 2) === ORIENTATION ? number(at + 8, 2) : 0;
    if (value >= 1 && value <= 8) return value;
  }
  return undefined;
}
