import type { StepFile } from "../../task.ts";

/** A zip archive within a file: what stands before and behind it is left out, as Word does. */
export interface ArchivePlace {
  readonly start: number;
  /** End of the record that ends the archive, without its comment. */
  readonly end: number;
}

/** Bytes of the record that ends an archive, without its comment. */
const RECORD = 22;
const SIGN = Buffer.from("PK\x05\x06");
const ENTRY = Buffer.from("PK\x01\x02");
/** Before the record of an archive of 4 GB or more stands where its longer record is. */
const LOCATOR_SIGN = Buffer.from("PK\x06\x07");
const LOCATOR = 20;
const WINDOW = 1 << 18;
/** Most places that look like the end of an archive and are examined. */
const MOST_CANDIDATES = 100;

/** Finds the archive by its last record that a list of entries belongs to; undefined where the file has none. */
export async function archiveIn(file: StepFile): Promise<ArchivePlace | undefined> {
  let candidates = 0;
  for (let to = file.bytes; to > 0; to -= WINDOW) {
    const from = Math.max(0, to - WINDOW);
    const window = await file.slice(from, Math.min(file.bytes - from, WINDOW + RECORD));
    for (
      let at = window.lastIndexOf(SIGN);
      at !== -1;
      at = at === 0 ? -1 : window.lastIndexOf(SIGN, at - 1)
    ) {
      const place = await placeOf(file, from + at, window.subarray(at, at + RECORD));
      if (place !== undefined) return place;
      candidates += 1;
      if (candidates >= MOST_CANDIDATES) return undefined;
    }
  }
  return undefined;
}

async function placeOf(file: StepFile, at: number, record: Buffer): Promise<ArchivePlace | undefined> {
  if (record.length < RECORD) return undefined;
  const end = at + RECORD;
  const [size, offset] = [record.readUInt32LE(12), record.readUInt32LE(16)];
  const isEmpty = record.subarray(4, 16).every((byte) => byte === 0);
  if (isEmpty || (await isAt(file, offset, ENTRY)) || (await isAt(file, at - LOCATOR, LOCATOR_SIGN))) {
    return { start: 0, end };
  }
  // Bytes before the archive move all that its offsets name.
  const start = at - size - offset;
  return start > 0 && (await isAt(file, start + offset, ENTRY)) ? { start, end } : undefined;
}

async function isAt(file: StepFile, at: number, sign: Buffer): Promise<boolean> {
  return at >= 0 && at + sign.length <= file.bytes && (await file.slice(at, sign.length)).equals(sign);
}

/** Bytes of an archive, by their place in it. */
export async function* archiveBytes(
  file: StepFile,
  place: ArchivePlace,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  const end = place.start + range.end;
  for (let at = place.start + range.start; at < end; at += WINDOW) {
    const chunk = await file.slice(at, Math.min(WINDOW, end - at));
    yield at + chunk.length === place.end ? withoutComment(chunk) : chunk;
  }
}

/** The record that ends the archive states the length of a comment, which is left out. */
function withoutComment(chunk: Buffer): Buffer {
  if (chunk.length < 2) return Buffer.alloc(chunk.length);
  return Buffer.concat([chunk.subarray(0, -2), Buffer.alloc(2)]);
}
