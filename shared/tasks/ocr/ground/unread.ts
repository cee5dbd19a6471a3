import { type Box, boxAround } from "../box.ts";
import type { InkMark } from "./marks.ts";

/** Heights of letters on a reduced page, in pixels. */
const HEIGHT = { least: 4, most: 90 } as const;
/** Longest mark as a multiple of its height: words whose letters touch. Rules are longer. */
const LONGEST = 14;
/** Share of a mark's box that letters fill. */
const FILL = { least: 0.12, most: 0.9 } as const;
/** Farthest way of a mark to its ground: letters border on it, textures of photos do not. */
const NEAR = 4;
/** Width of a letter as a multiple of its height. */
const LETTER = 0.7;
/** Least number of letters side by side, and on the whole page: fewer are dirt and signs. */
const WORD = 3;
const FEWEST = 4;
/** Least share of all letters of the page that must be in no word. */
const SHARE = 0.02;
/** The same for letters whose words are unsure: every page has some, and another reading is rarely surer of a few. */
const UNSURE_SHARE = 0.1;

/** More marks than letters of a page: dots and noise. */
const MOST_MARKS = 5_000;

/** Marks that look like letters. */
export function lettersOf(marks: readonly InkMark[]): InkMark[] {
  return marks.length > MOST_MARKS ? [] : marks.filter(isLetter);
}

/** Places of the reduced page, by x and y. */
export type Places = (x: number, y: number) => boolean;

/** Where words were found, and where these are sure. */
export interface ReadPlaces {
  readonly found: Places;
  readonly sure: Places;
}

/** Box of the letters side by side that a reading missed, in pixels of the reduced page; undefined for a page that was read. */
export function unreadBox(letters: readonly InkMark[], { found, sure }: ReadPlaces): Box | undefined {
  const all = countLetters(letters);
  const missing = lettersOutside(letters, found);
  const unsure = lettersOutside(letters, sure);
  // Where text is missing, unsure words beside it are of the same kind.
  const isUnread = isMany(missing, SHARE * all) || isMany(unsure, UNSURE_SHARE * all);
  return isUnread ? boxAround(unsure) : undefined;
}

function lettersOutside(letters: readonly InkMark[], isRead: Places): InkMark[] {
  return inRows(letters.filter(({ x0, y0, x1, y1 }) => !isRead((x0 + x1) >> 1, (y0 + y1) >> 1)));
}

function isMany(letters: readonly InkMark[], least: number): boolean {
  return countLetters(letters) >= Math.max(FEWEST, least);
}

/** Median height of letters in pixels; 0 without any. */
export function heightOf(letters: readonly Box[]): number {
  const heights = letters.map(({ y0, y1 }) => y1 - y0).sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? 0;
}

function isLetter({ x0, y0, x1, y1, pixels, toGround }: InkMark): boolean {
  const [width, height] = [x1 - x0, y1 - y0];
  const share = pixels / (width * height);
  if (height < HEIGHT.least || height > HEIGHT.most || width > LONGEST * height || toGround > NEAR)
    return false;
  return share >= FILL.least && (share <= FILL.most || width < height / 2);
}

function countLetters(marks: readonly InkMark[]): number {
  return marks.reduce((sum, mark) => sum + lettersIn(mark), 0);
}

function lettersIn({ x0, y0, x1, y1 }: InkMark): number {
  return Math.max(1, Math.round((x1 - x0) / ((y1 - y0) * LETTER)));
}

/** Marks of rows with at least three letters side by side. */
function inRows(marks: readonly InkMark[]): InkMark[] {
  const rows: InkMark[][] = [];
  for (const mark of [...marks].sort((a, b) => a.x0 - b.x0)) {
    const row = rows.find((one) => follows(one.at(-1), mark));
    if (row === undefined) rows.push([mark]);
    else row.push(mark);
  }
  return rows.filter((row) => countLetters(row) >= WORD).flat();
}

/** Whether a mark stands beside another one: nearly as high, on the same line, not far to the right. */
function follows(last: InkMark | undefined, mark: InkMark): boolean {
  if (last === undefined) return false;
  const [one, two] = [last.y1 - last.y0, mark.y1 - mark.y0];
  const most = Math.max(one, two);
  const common = Math.min(last.y1, mark.y1) - Math.max(last.y0, mark.y0);
  return mark.x0 - last.x1 <= most && Math.min(one, two) * 2.5 >= most && common >= Math.min(one, two) * 0.6;
}
