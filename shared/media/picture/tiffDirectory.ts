/** Bytes of a value by its type (TIFF 6.0, and the three types of BigTIFF). */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  3: 2,
  4: 4,
  5: 8,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  16: 8,
  17: 8,
  18: 8,
};
/** Most entries that are looked at; pictures have some tens. */
const MOST_ENTRIES = 1_000;

/**
 * Whether the first directory of a TIFF, or values that it refers to, lie behind the end of the file. The library says of
 * such a file that its format is not supported.
 */
export function isCutTiff(tiff: Buffer): boolean {
  const isBig = tiff[tiff[0] === 0x49 ? 2 : 3] === 0x2b;
  const at = isBig ? numberAt(tiff, 8, 8) : numberAt(tiff, 4, 4);
  const count = at === undefined ? undefined : numberAt(tiff, at, isBig ? 8 : 2);
  if (at === undefined || count === undefined) return true;
  const [head, size] = isBig ? [8, 20] : [2, 12];
  if (at + head + size * count > tiff.length) return true;
  const entries = Array.from(
    { length: Math.min(count, MOST_ENTRIES) },
    (_, entry) => at + head + size * entry,
  );
  return entries.some((entry) => liesBehind(tiff, entry, isBig ? 8 : 4));
}

/** @param width bytes of a count and of an offset */
function liesBehind(tiff: Buffer, entry: number, width: 4 | 8): boolean {
  const type = numberAt(tiff, entry + 2, 2) ?? 0;
  const bytes = (TYPE_BYTES[type] ?? 1) * (numberAt(tiff, entry + 4, width) ?? 0);
  const offset = numberAt(tiff, entry + 4 + width, width) ?? 0;
  return bytes > width && offset + bytes > tiff.length;
}

function numberAt(tiff: Buffer, at: number, bytes: 2 | 4 | 8): number | undefined {
  if (at + bytes > tiff.length) return undefined;
  const isLittle = tiff[0] === 0x49;
  if (bytes === 8) return Number(isLittle ? tiff.readBigUInt64LE(at) : tiff.readBigUInt64BE(at));
  return isLittle ? tiff.readUIntLE(at, bytes) : tiff.readUIntBE(at, bytes);
}
