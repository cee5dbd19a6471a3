import { corrupt } from "./bitmap.ts";

/**
 * Refuses a TIFF whose first directory is cut off: the library says of it that its format is not supported.
 * @throws FileError `corrupt_file`
 */
export function refuseCutTiff(tiff: Buffer): void {
  const end = directoryEnd(tiff);
  if (end === undefined || end > tiff.length) throw corrupt("its directory is missing");
}

/** Offset behind the entries of the first directory; undefined if the file ends before their number. */
function directoryEnd(tiff: Buffer): number | undefined {
  const isLittle = tiff[0] === 0x49;
  const isBig = tiff[isLittle ? 2 : 3] === 0x2b;
  const number = (at: number, bytes: 2 | 4 | 8) => {
    if (at + bytes > tiff.length) return undefined;
    if (bytes === 8) return Number(isLittle ? tiff.readBigUInt64LE(at) : tiff.readBigUInt64BE(at));
    return isLittle ? tiff.readUIntLE(at, bytes) : tiff.readUIntBE(at, bytes);
  };
  const at = isBig ? number(8, 8) : number(4, 4);
  const entries = at === undefined ? undefined : number(at, isBig ? 8 : 2);
  if (at === undefined || entries === undefined) return undefined;
  return isBig ? at + 8 + 20 * entries : at + 2 + 12 * entries;
}
