import type { Gray } from "../../../media/picture/luma.ts";

const INK = 128;
const PAPER = 255;
/** Least length of a rule and its greatest thickness, as multiples of the height of letters. */
const LENGTH = 3;
const THICKNESS = 0.34;
const LEAST_LENGTH = 30;
const LEAST_THICKNESS = 4;

/** The pixels of a picture in one direction: `lines` lines of `length` pixels. */
interface Lines {
  readonly lines: number;
  readonly length: number;
  /** Steps to the next pixel of a line, and to the same pixel of the next line. */
  readonly along: number;
  readonly across: number;
}

/** A picture with marks at the pixels of long runs of ink, level and upright ones. */
interface Ruled {
  readonly ink: Gray["data"];
  /** The same picture, in which lines become white. */
  readonly data: Uint8Array;
  readonly isLong: readonly [Uint8Array, Uint8Array];
  /** Greatest thickness of a rule in pixels. */
  readonly most: number;
}

/**
 * Takes ruled lines out of a page, upright and level ones: frames of tables and underlines. Strokes that cross a line stay.
 * @param height height of letters in pixels
 */
export function withoutRules(gray: Gray, height: number): Gray {
  const { width, height: rows, data: ink } = gray;
  const level = { lines: rows, length: width, along: 1, across: width };
  const upright = { lines: width, length: rows, along: width, across: 1 };
  const least = Math.max(LEAST_LENGTH, Math.round(height * LENGTH));
  const [aside, down] = [longRuns(ink, level, least), longRuns(ink, upright, least)];
  const most = Math.max(LEAST_THICKNESS, Math.round(height * THICKNESS));
  const data = Uint8Array.from(ink);
  erase({ ink, data, isLong: [aside, down], most }, level);
  erase({ ink, data, isLong: [down, aside], most }, upright);
  return { ...gray, data };
}

/** Erases the lines whose pixels the first marks have; those of the other direction do not count as strokes. */
function erase(ruled: Ruled, lines: Lines): void {
  for (let at = 0; at < lines.length; at++) eraseAcross(ruled, lines, at);
}

function eraseAcross(ruled: Ruled, { lines, along, across }: Lines, at: number): void {
  const [isLong] = ruled.isLong;
  let first = 0;
  for (let line = 0; line <= lines; line++) {
    if (line < lines && isLong[line * across + at * along] === 1) continue;
    const thickness = line - first;
    const piece = {
      start: first * across + at * along,
      across,
      thickness,
      before: first > 1,
      after: line + 1 < lines,
    };
    if (thickness > 0 && thickness <= ruled.most && !isCrossed(ruled, piece)) clear(ruled.data, piece);
    first = line + 1;
  }
}

interface Piece {
  readonly start: number;
  readonly across: number;
  readonly thickness: number;
  /** Whether there are pixels on both sides beyond the blurred edge. */
  readonly before: boolean;
  readonly after: boolean;
}

/** Whether ink goes on on both sides of a line: the stroke of a letter. */
function isCrossed({ ink, isLong: [, other] }: Ruled, piece: Piece): boolean {
  const { start, across, thickness, before, after } = piece;
  if (!before || !after) return false;
  const [above, below] = [start - 2 * across, start + (thickness + 1) * across];
  return [above, below].every((at) => (ink[at] as number) < INK && other[at] !== 1);
}

/** Makes a piece of a line white, with its blurred edges. */
function clear(data: Uint8Array, { start, across, thickness, before, after }: Piece): void {
  const to = after ? thickness + 1 : thickness;
  for (let step = before ? -1 : 0; step < to; step++) data[start + step * across] = PAPER;
}

/** Marks the pixels of runs of ink of at least this length. */
function longRuns(ink: Gray["data"], { lines, length, along, across }: Lines, least: number): Uint8Array {
  const isLong = new Uint8Array(lines * length);
  for (let line = 0; line < lines; line++) {
    let run = 0;
    for (let at = 0; at <= length; at++) {
      const place = line * across + at * along;
      const isInk = at < length && (ink[place] as number) < INK;
      if (!isInk && run >= least) mark(isLong, { from: place - run * along, count: run, along });
      run = isInk ? run + 1 : 0;
    }
  }
  return isLong;
}

interface Run {
  readonly from: number;
  readonly count: number;
  readonly along: number;
}

function mark(isLong: Uint8Array, { from, count, along }: Run): void {
  for (let step = 0; step < count; step++) isLong[from + step * along] = 1;
}
