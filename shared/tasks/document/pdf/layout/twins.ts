import type { Fragment } from "./fragment.ts";

/** Text drawn twice at nearly the same place looks bold; poppler's `dupMaxPriDelta` and `dupMaxSecDelta`. */
const ALONG = 0.1;
const ACROSS = 0.2;
/** Most glyphs that are compared with those at the same place. */
const NEAR = 8;

/**
 * Leaves out glyphs that are drawn a second time for boldness or as a shadow, in any order, and sorts the glyphs of
 * fragments that lie in each other.
 */
export function withoutTwins(line: readonly Fragment[]): readonly Fragment[] {
  if (!line.some((fragment, at) => isOver(line[at - 1], fragment))) return line;
  const single = line.flatMap(glyphsOf).sort((a, b) => a.start - b.start);
  const kept: Fragment[] = [];
  let twins = 0;
  for (const glyph of single) {
    if (kept.slice(-NEAR).some((other) => isTwin(other, glyph))) twins += 1;
    else kept.push(glyph);
  }
  // Different texts over each other stay whole, one behind the other.
  return twins === 0 && line.some(isLong) ? line : kept;
}

function isOver(before: Fragment | undefined, { start, size }: Fragment): boolean {
  return before !== undefined && start < before.end - ALONG * size;
}

function isLong({ from, to }: Fragment): boolean {
  return to - from > 2;
}

function isTwin(one: Fragment, other: Fragment): boolean {
  return (
    Math.abs(one.start - other.start) < ALONG * other.size &&
    Math.abs(one.baseline - other.baseline) < ACROSS * other.size &&
    one.glyphs.texts[one.from] === other.glyphs.texts[other.from]
  );
}

/** A fragment for each glyph that is seen. */
function glyphsOf(fragment: Fragment): Fragment[] {
  const { glyphs } = fragment;
  const single: Fragment[] = [];
  let { spaceBefore } = fragment;
  for (let at = fragment.from; at < fragment.to; at += 1) {
    const text = glyphs.texts[at];
    if (text === " ") spaceBefore = true;
    if (text === " " || text === "" || text === undefined) continue;
    const [start = 0, end = 0] = glyphs.places.subarray(2 * at, 2 * at + 2);
    single.push({ ...fragment, from: at, to: at + 1, start, end, spaceBefore, spaceAfter: false });
    spaceBefore = false;
  }
  const last = single.at(-1);
  if (last !== undefined) last.spaceAfter = fragment.spaceAfter;
  return single;
}
