import type { Fragment } from "./fragment.ts";
import { areColumns } from "./prose.ts";
import { LEAST_GUTTER, type LineSpan, overlap, partsOf, rowsOf, sizeOf, type TextRow } from "./rows.ts";

/** Distance of baselines, as a multiple of the font size, between parts of a page. */
const FAR = 3.2;
/** Deepest nesting of columns in columns. */
const MOST_LEVELS = 8;
/** Rows with text on both sides that a gutter needs. */
const LEAST_ROWS = 2;

interface ReadingDirection {
  readonly isRtl: boolean;
}

/** Rows of a page, or of a part of it, in reading order: columns one after the other, tables row by row. */
export function inColumns(fragments: readonly Fragment[], page: ReadingDirection, level = 0): TextRow[] {
  const rows = rowsOf(fragments);
  if (level > MOST_LEVELS) return rows;
  return zonesOf(rows).flatMap((zone) => {
    const sides = columnsOf(zone);
    if (sides === undefined) return zone.rows;
    const ordered = page.isRtl ? sides.toReversed() : sides;
    return ordered.flatMap((side) => inColumns(side, page, level + 1));
  });
}

/** Rows that follow each other and leave the same spaces free. */
interface Zone {
  readonly rows: TextRow[];
  /** Spaces that no row of the zone crosses, with text on both sides of them. */
  gutters: readonly LineSpan[];
  covered: LineSpan;
}

/** A heading or a paragraph across the page ends a zone of columns, and columns end a zone of whole lines. */
function zonesOf(rows: readonly TextRow[]): Zone[] {
  const zones: Zone[] = [];
  for (const row of rows) {
    const zone = zones.at(-1);
    const last = zone?.rows.at(-1);
    const isNew = zone === undefined || last === undefined || isFarBelow(last, row);
    if (isNew || !extend(zone, row)) zones.push(zoneOf(row));
  }
  return zones;
}

/** White space across the page parts a head from the text, and the text from its foot. */
function isFarBelow(upper: TextRow, lower: TextRow): boolean {
  const distance = (upper[0]?.baseline ?? 0) - (lower[0]?.baseline ?? 0);
  return distance > FAR * Math.max(sizeOf(upper), sizeOf(lower));
}

function zoneOf(row: TextRow): Zone {
  const parts = partsOf(row);
  return { rows: [row], gutters: between(parts), covered: whole(parts) };
}

/** Adds a row to a zone unless it would take the last gutter of the zone or lose its own. */
function extend(zone: Zone, row: TextRow): boolean {
  const parts = partsOf(row);
  const own = between(parts);
  const covered = whole([zone.covered, whole(parts)]);
  const free = [
    { start: Number.NEGATIVE_INFINITY, end: whole(parts).start },
    ...own,
    { start: whole(parts).end, end: Number.POSITIVE_INFINITY },
  ];
  const mine = [
    { start: Number.NEGATIVE_INFINITY, end: zone.covered.start },
    ...zone.gutters,
    { start: zone.covered.end, end: Number.POSITIVE_INFINITY },
  ];
  const least = LEAST_GUTTER * sizeOf(row);
  const shared = common(mine, free).filter(
    ({ start, end }) => end - start >= least && Number.isFinite(start) && Number.isFinite(end),
  );
  if (shared.length === 0 && (zone.gutters.length > 0 || own.length > 0)) return false;
  zone.rows.push(row);
  zone.gutters = shared;
  zone.covered = covered;
  return true;
}

function between(parts: readonly LineSpan[]): LineSpan[] {
  return parts.slice(1).map(({ start }, at) => ({ start: parts[at]?.end ?? start, end: start }));
}

function whole(parts: readonly LineSpan[]): LineSpan {
  return {
    start: parts.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY),
    end: parts.reduce((most, { end }) => Math.max(most, end), Number.NEGATIVE_INFINITY),
  };
}

/** The spans that two sorted lists share. */
function common(some: readonly LineSpan[], others: readonly LineSpan[]): LineSpan[] {
  const shared: LineSpan[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [one, other] = [some[i], others[j]];
    if (one === undefined || other === undefined) return shared;
    const [start, end] = [Math.max(one.start, other.start), Math.min(one.end, other.end)];
    if (start < end) shared.push({ start, end });
    if (one.end < other.end) i += 1;
    else j += 1;
  }
}

/** The two sides of a zone's widest gutter that parts columns of text; undefined for a table or whole lines. */
function columnsOf({ rows, gutters }: Zone): readonly [left: Fragment[], right: Fragment[]] | undefined {
  if (rows.length < LEAST_ROWS) return undefined;
  const widest = gutters.toSorted((a, b) => b.end - b.start - (a.end - a.start));
  for (const gutter of widest.slice(0, MOST_LEVELS)) {
    const middle = (gutter.start + gutter.end) / 2;
    const left = rows.map((row) => row.filter(({ start }) => start < middle));
    const right = rows.map((row) => row.filter(({ start }) => start >= middle));
    if (besideEachOther(left, right) < LEAST_ROWS) continue;
    if (areColumns(left.filter(isFilled), right.filter(isFilled))) return [left.flat(), right.flat()];
  }
  return undefined;
}

function isFilled(row: TextRow): boolean {
  return row.length > 0;
}

/** Number of rows, or neighbouring rows, with text on both sides at one height. */
function besideEachOther(left: readonly TextRow[], right: readonly TextRow[]): number {
  return left.filter((one, at) => {
    const [other = [], next = [], below = []] = [right[at], right[at + 1], left[at + 1]];
    if (isFilled(one)) return isFilled(other) || (isFilled(next) && overlap(one, next));
    return isFilled(other) && isFilled(below) && overlap(other, below);
  }).length;
}
