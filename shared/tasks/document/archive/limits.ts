import { FileError } from "../../../errors.ts";

/** Most entries of one archive; a long report with a picture on each page has about 1,000. */
export const MOST_ENTRIES = 10_000;
/**
 * Most inflated bytes of one part, and of all parts together. XML of 64 MB is a book of 10,000 pages; parts that are read
 * without being kept, such as a sheet of a million rows, may be larger.
 */
export const LIMITS = {
  kept: { part: 64 * 2 ** 20, total: 128 * 2 ** 20 },
  streamed: { part: 2 ** 30, total: 2 ** 31 },
} as const;

/** Whether a part is kept as XML or text, or passes by. */
export type PartUse = keyof typeof LIMITS;
/** Highest compression ratio of larger parts. Real XML has a ratio of 5 to 60; a decompression bomb has more. */
const MOST_RATIO = 250;
const RATIO_FROM = 8 * 2 ** 20;

interface Judged {
  /** Phrase behind a verb: `its part word/document.xml`. */
  readonly name: string;
  readonly packed: number;
  readonly limit: number;
}

/** Judges the inflated bytes of a part: those declared before it inflates, and the real ones meanwhile. @throws FileError `too_large` */
export function judgeInflated(inflated: number, { name, packed, limit }: Judged): void {
  if (inflated > limit) throw tooLarge(`inflates to more than ${mega(limit)} MB in ${name}`);
  if (inflated > RATIO_FROM && inflated > MOST_RATIO * packed)
    throw tooLarge(`packs ${name} more than ${MOST_RATIO} times, as a decompression bomb does`);
}

export function refuseEntries(count: number): void {
  if (count > MOST_ENTRIES) throw tooLarge(`holds ${count} entries, more than ${MOST_ENTRIES}`);
}

function tooLarge(what: string): FileError {
  return new FileError("too_large", `The document ${what}. This limit is fixed; split the document.`);
}

function mega(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
