import { type Fragment, textOf } from "./fragment.ts";
import { partsOf, type TextRow } from "./rows.ts";

// Widths as multiples of the font size.
/** Lines of running text are at least this wide, cells of tables seldom. */
const WIDE = 8;
const NARROW = 5;
const SHORT = 3;
/** Lines of a narrow column that go on from line to line. */
const ENOUGH = 5;
/** A line that fills this much of its column is full. */
const FULL = 0.8;
const MOSTLY = 0.6;
const HALF = 0.5;
/** Share of lines that begin with a small letter: they go on from the line before. */
const GOES_ON = 0.35;
const SAME_BASELINE = 0.1;
/** Most lines of a side that are looked at. */
const MOST_LINES = 400;

/**
 * Whether what stands beside each other is columns of text, which are read one after the other, and not a table, which is
 * read row by row. Columns have wide lines that fill them or go on from line to line, or lines that are not level
 * with those beside them; cells of tables are level, short, often numbers.
 */
export function areColumns(left: readonly TextRow[], right: readonly TextRow[]): boolean {
  const sides = [left, right].map((side) => side.slice(0, MOST_LINES));
  if (sides.some((side) => side.length < 2 || isNumeric(side))) return false;
  const level = levelShare(left, right);
  const width = Math.min(...sides.map(medianWidth));
  if (width >= WIDE) {
    return level < HALF || isPartByPart(left, right) || sides.every(isFull) || sides.every(goesOn);
  }
  if (isBesideText(left, right) || isBesideText(right, left)) return true;
  if (width < SHORT) return false;
  if (width >= NARROW && sides.every((side) => side.length >= ENOUGH && isFull(side) && goesOn(side)))
    return true;
  return level < HALF || (isPartByPart(left, right) && level < FULL);
}

/** Whether a few short lines stand beside running text: a note in the margin, labels of a drawing. */
function isBesideText(text: readonly TextRow[], notes: readonly TextRow[]): boolean {
  const isText = text.length >= ENOUGH && medianWidth(text) >= WIDE && isFull(text) && goesOn(text);
  return isText && notes.length <= HALF * text.length;
}

function isNumeric(side: readonly TextRow[]): boolean {
  const numbers = side.filter((row) => !/\p{L}{2}/u.test(row.map(textOf).join(" "))).length;
  return numbers >= HALF * side.length;
}

/** Width of the widest part of a row in multiples of its size. */
function widthOf(row: TextRow): number {
  const size = row[0]?.size ?? 1;
  const widest = partsOf(row).reduce((most, { start, end }) => Math.max(most, end - start), 0);
  return widest / Math.max(size, 0.01);
}

function medianWidth(side: readonly TextRow[]): number {
  const widths = side.map(widthOf).sort((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}

function isFull(side: readonly TextRow[]): boolean {
  const widths = side.map(widthOf);
  const most = Math.max(...widths);
  return widths.filter((width) => width >= FULL * most).length >= MOSTLY * widths.length;
}

function goesOn(side: readonly TextRow[]): boolean {
  const small = side.filter((row) => row[0] !== undefined && /^\p{Ll}/u.test(textOf(row[0]))).length;
  return small >= GOES_ON * side.length;
}

/** Share of the rows of the shorter side whose baseline is that of a row of the other one. */
function levelShare(left: readonly TextRow[], right: readonly TextRow[]): number {
  const [few, many] = left.length < right.length ? [left, right] : [right, left];
  const baselines = many
    .flatMap(([first]) => (first === undefined ? [] : [first.baseline]))
    .sort((a, b) => a - b);
  const level = few.filter(([first]) => first !== undefined && hasNear(baselines, first));
  return level.length / Math.max(1, few.length);
}

function hasNear(sorted: readonly number[], { baseline, size }: Fragment): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < baseline - SAME_BASELINE * size) low = middle + 1;
    else high = middle;
  }
  return Math.abs((sorted[low] ?? Number.POSITIVE_INFINITY) - baseline) <= SAME_BASELINE * size;
}

/** Whether the content gives one side after the other, with few changes between them. */
function isPartByPart(left: readonly TextRow[], right: readonly TextRow[]): boolean {
  const order = [
    ...left.flat().map(({ from }) => ({ from, isLeft: true })),
    ...right.flat().map(({ from }) => ({ from, isLeft: false })),
  ].sort((a, b) => a.from - b.from);
  const changes = order.filter(({ isLeft }, at) => at > 0 && order[at - 1]?.isLeft !== isLeft).length;
  return changes <= Math.max(1, 0.3 * Math.min(left.length, right.length));
}
