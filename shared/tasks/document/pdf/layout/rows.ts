import { RIGHT_TO_LEFT } from "./bidi.ts";
import { bottomOf, type Fragment, textOf, topOf } from "./fragment.ts";
import { isBeside } from "./words.ts";

/** Fragments that share a line of the page, sorted by their place. */
export type TextRow = readonly Fragment[];

/** A part of a row, or a space between such parts, along the baseline. */
export interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** Least width of the space between columns. Share of the font size. */
export const LEAST_GUTTER = 0.9;
/** Most fragments of a row that are checked for one above the other, and rows that are still open. */
const MOST_CHECKED = 100;
const OPEN_ROWS = 4;
/** Baselines that differ less are the same. Share of the font size. */
const SAME = 0.15;

interface OpenRow {
  readonly fragments: Fragment[];
  /** The largest fragment, whose height is the row's. */
  largest: Fragment;
}

/** Gathers fragments into rows from the top of the page. */
export function rowsOf(fragments: readonly Fragment[]): TextRow[] {
  const rows: OpenRow[] = [];
  const sorted = fragments.toSorted((a, b) => b.baseline - a.baseline || a.start - b.start);
  for (const fragment of sorted) {
    const row = rows.slice(-OPEN_ROWS).find((one) => fits(one, fragment));
    if (row === undefined) rows.push({ fragments: [fragment], largest: fragment });
    else {
      row.fragments.push(fragment);
      if (fragment.size > row.largest.size) row.largest = fragment;
    }
  }
  return rows
    .toSorted((a, b) => b.largest.baseline - a.largest.baseline)
    .map((row) => row.fragments.sort((a, b) => a.start - b.start));
}

function fits({ fragments, largest }: OpenRow, fragment: Fragment): boolean {
  if (!isBeside(largest, fragment)) return false;
  const size = Math.min(largest.size, fragment.size);
  if (Math.abs(largest.baseline - fragment.baseline) < SAME * size) return true;
  return !fragments.slice(-MOST_CHECKED).some((one) => isAbove(one, fragment));
}

/** Whether a fragment stands above or below another one that is not on its baseline. */
function isAbove(one: Fragment, other: Fragment): boolean {
  const size = Math.min(one.size, other.size);
  if (Math.abs(one.baseline - other.baseline) < SAME * size) return false;
  return Math.min(one.end, other.end) - Math.max(one.start, other.start) > 0.3 * size;
}

/** Gathers fragments into rows in the order of the content: a row ends where the text goes on elsewhere. */
export function rowsInContent(fragments: readonly Fragment[]): TextRow[] {
  const rows: Fragment[][] = [];
  for (const fragment of fragments) {
    const row = rows.at(-1);
    const last = row?.at(-1);
    if (row !== undefined && last !== undefined && continues(last, fragment)) row.push(fragment);
    else rows.push([fragment]);
  }
  return rows.map((row) => (row.some(isRtlOrOver) ? row.sort((a, b) => a.start - b.start) : row));
}

/** Text from right to left, and glyphs that are drawn over others, have their order from their places. */
function isRtlOrOver(fragment: Fragment, at: number, row: TextRow): boolean {
  const before = row[at - 1];
  const isOver = before !== undefined && fragment.start < before.end && before.start < fragment.end;
  return isOver || RIGHT_TO_LEFT.test(textOf(fragment));
}

function continues(last: Fragment, { x, y, ...next }: Fragment): boolean {
  return (
    last.x * x + last.y * y > 0.99 && isBeside(last, { x, y, ...next }) && !isAbove(last, { x, y, ...next })
  );
}

/** Whether two rows lie beside each other in height, if only in part. */
export function overlap(upper: TextRow, lower: TextRow): boolean {
  const bottom = upper.reduce((most, one) => Math.max(most, bottomOf(one)), Number.NEGATIVE_INFINITY);
  const top = lower.reduce((most, one) => Math.max(most, topOf(one)), Number.NEGATIVE_INFINITY);
  return top > bottom + 0.1 * (lower[0]?.size ?? 0);
}

/** Text of a row without gaps that could be gutters. */
export function partsOf(row: TextRow): LineSpan[] {
  const least = LEAST_GUTTER * sizeOf(row);
  const parts: { start: number; end: number }[] = [];
  for (const { start, end } of row) {
    const last = parts.at(-1);
    if (last !== undefined && start - last.end < least) last.end = Math.max(last.end, end);
    else parts.push({ start, end });
  }
  return parts;
}

/** Size of the largest letters. */
export function sizeOf(row: TextRow): number {
  return row.reduce((most, { size }) => Math.max(most, size), 0);
}
