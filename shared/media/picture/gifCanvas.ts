const HEADER = 13;
const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** A frame of one pixel that is transparent (GIF89a, 20 to 23): with it the library keeps transparency. */
const CLEAR_FRAME = Buffer.from([
  ...[EXTENSION, GRAPHIC_CONTROL, 4, 1, 0, 0, 0, 0],
  ...[FRAME, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 255, 255, 255],
  ...[2, 2, 0x44, 1, 0],
]);

/**
 * A GIF whose first frame leaves a part of the canvas open, with one more frame at its end, so that the open part is
 * transparent and not black.
 * @returns undefined for other pictures, and for those that have transparency themselves
 */
export function withOpenCanvas(gif: Buffer): Buffer | undefined {
  const end = endOfOpen(gif);
  if (end === undefined) return undefined;
  return Buffer.concat([gif.subarray(0, end), CLEAR_FRAME, Buffer.from([TRAILER])]);
}

/** Offset of the trailer of a GIF whose canvas stays open in part. */
function endOfOpen(gif: Buffer): number | undefined {
  let frames = 0;
  let end: number | undefined;
  for (const { kind, at } of blocksOf(gif)) {
    if (kind === EXTENSION && isTransparent(gif, at)) return undefined;
    if (kind === FRAME && frames === 0 && covers(gif, at)) return undefined;
    if (kind === FRAME) frames += 1;
    else if (kind === TRAILER) end = at;
  }
  return frames === 0 ? undefined : end;
}

function* blocksOf(gif: Buffer): Generator<{ readonly kind: number; readonly at: number }> {
  for (let at = HEADER + tableBytes(gif[10]); at < gif.length; ) {
    const kind = gif[at] ?? 0;
    if (kind !== TRAILER && kind !== EXTENSION && (kind !== FRAME || at + 10 > gif.length)) return;
    yield { kind, at };
    if (kind === TRAILER) return;
    at = afterBlocks(gif, kind === EXTENSION ? at + 2 : at + 11 + tableBytes(gif[at + 9]));
  }
}

function isTransparent(gif: Buffer, at: number): boolean {
  return gif[at + 1] === GRAPHIC_CONTROL && ((gif[at + 3] ?? 0) & 1) === 1;
}

/** Whether a frame covers the canvas. */
function covers(gif: Buffer, at: number): boolean {
  const [width, height] = [gif.readUInt16LE(6), gif.readUInt16LE(8)];
  const [left, top] = [gif.readUInt16LE(at + 1), gif.readUInt16LE(at + 3)];
  const [wide, high] = [gif.readUInt16LE(at + 5), gif.readUInt16LE(at + 7)];
  return left === 0 && top === 0 && wide >= width && high >= height;
}

/** Bytes of a table of colours by the field that tells of it. */
function tableBytes(field = 0): number {
  return (field & 0x80) === 0 ? 0 : 3 * 2 ** ((field & 7) + 1);
}

/** Offset behind blocks of data, which an empty one ends. */
function afterBlocks(gif: Buffer, start: number): number {
  let at = start;
  while ((gif[at] ?? 0) !== 0) at += (gif[at] ?? 0) + 1;
  return at + 1;
}
