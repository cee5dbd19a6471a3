import type { PageGlyphs } from "./fragment.ts";

const RIGHT_TO_LEFT = /^[\u0591-\u08ff\ufb1d-\ufdff]/;
const MARK = /^\p{Mn}/u;

interface Before {
  /** Index of the last glyph that is seen before the mark; -1 if there is none. */
  readonly last: number;
  readonly size: number;
}

/**
 * Finds the letter that a combining mark belongs to: the one before it or, where Arabic and Hebrew are written
 * from left to right, the one behind it, over which it stands. Undefined if there is none.
 */
export function placeMark(glyphs: PageGlyphs, at: number, before: Before): number | undefined {
  const isRtl = RIGHT_TO_LEFT.test(glyphs.texts[at] ?? "");
  return (isRtl ? letterBehind(glyphs, at, before.size) : undefined) ?? letterBefore(glyphs, at, before);
}

function letterBehind({ texts, places }: PageGlyphs, at: number, size: number): number | undefined {
  let next = at + 1;
  while (next < at + 4 && MARK.test(texts[next] ?? "")) next += 1;
  if (!/^\p{L}/u.test(texts[next] ?? "")) return undefined;
  const mark = places[2 * at] ?? 0;
  const [start = 0, end = 0] = places.subarray(2 * next, 2 * next + 2);
  return mark >= start - 0.05 * size && mark < end - 0.02 * size ? next : undefined;
}

function letterBefore({ texts, places }: PageGlyphs, at: number, { last, size }: Before): number | undefined {
  if (last < 0 || !/[\p{L}\p{M}]$/u.test(texts[last] ?? "")) return undefined;
  const mark = places[2 * at] ?? 0;
  const [start = 0, end = 0] = places.subarray(2 * last, 2 * last + 2);
  return mark <= end + 0.1 * size && mark >= start - 0.5 * size ? last : undefined;
}
