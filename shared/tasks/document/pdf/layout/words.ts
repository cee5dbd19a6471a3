import { inReadingOrder, RIGHT_TO_LEFT } from "./bidi.ts";
import { bottomOf, type Fragment, topOf } from "./fragment.ts";
import { withoutTwins } from "./twins.ts";

// Shares of the font size. A gap of a tenth separates words (pdfminer's `word_margin`, poppler's `minWordBreakSpace`).
const WORD_GAP = 0.1;
/** Fonts do not kern across a change of baseline, so a smaller gap separates a footnote's mark and its text. */
const SHIFTED_GAP = 0.05;
const SHIFT = 0.1;
/** Letters may stand apart by more than a word's gap; words of such text stand apart by this much more. */
const TRACKED_GAP = 0.15;
/** Least number of gaps between letters, and the share of wide ones, that show letter spacing. */
const FEWEST_GAPS = 3;
const MOSTLY = 0.6;
/** Steps that differ less are even. */
const EVEN = 0.08;
const ENOUGH_STEPS = 4;
const NEARLY_ALL = 0.8;
/** Widest gap between letters, and how near they come in the content. */
const WIDEST_SPACING = 1;
const NEAR = 4;

/** Text of a line, whose fragments are sorted by their place. */
export function lineText(line: readonly Fragment[]): string {
  const parts = partsOf(line);
  const text = parts.join("");
  return RIGHT_TO_LEFT.test(text) ? inReadingOrder(parts).join("") : text;
}

/** Texts of the glyphs of a line in the order of their places, with the spaces between words. */
function partsOf(line: readonly Fragment[]): string[] {
  const parts: string[] = [];
  let last: Fragment | undefined;
  let spaced: Spacing | undefined;
  for (const group of groupsOf(withoutTwins(line))) {
    const spacing = spacingOf(group, spaced);
    if (spacing.limit > WORD_GAP * spacing.size) spaced = spacing;
    for (const fragment of group) {
      if (last !== undefined && isApart(last, fragment, spacing.limit)) parts.push(" ");
      addParts(parts, fragment, spacing.limit);
      last = fragment;
    }
  }
  return parts;
}

interface Spacing {
  readonly size: number;
  /** Least gap between two words. */
  readonly limit: number;
}

/** A short word beside letter-spaced text has too few gaps to show that it is spaced as well. */
function spacingOf(group: readonly Fragment[], spaced: Spacing | undefined): Spacing {
  const size = group[0]?.size ?? 0;
  const limit = wordGap(group);
  if (limit !== undefined) return { size, limit };
  return spaced?.size === size ? spaced : { size, limit: WORD_GAP * size };
}

/** Parts of a line in one size that the content shows one after the other, with gaps that letter spacing can have. */
function groupsOf(line: readonly Fragment[]): Fragment[][] {
  const groups: Fragment[][] = [];
  for (const fragment of line) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && goesOn(last, fragment)) groups.at(-1)?.push(fragment);
    else groups.push([fragment]);
  }
  return groups;
}

function goesOn(last: Fragment, { from, start, size, baseline }: Fragment): boolean {
  const gap = start - last.end;
  return (
    from >= last.to &&
    from <= last.to + NEAR &&
    gap > 0 &&
    gap < WIDEST_SPACING * size &&
    Math.abs(last.size - size) < 0.01 * size &&
    Math.abs(last.baseline - baseline) < SHIFT * size
  );
}

/** @param limit least gap between two words of the second fragment */
function isApart(last: Fragment, next: Fragment, limit: number): boolean {
  const size = Math.min(last.size, next.size);
  const isShifted = Math.abs(last.baseline - next.baseline) > SHIFT * size;
  const gap = Math.max(next.start - last.end, last.start - next.end);
  if (last.spaceAfter || next.spaceBefore) return gap > -size;
  if (goesOn(last, next)) return gap > limit;
  return gap > (isShifted ? SHIFTED_GAP : WORD_GAP) * size;
}

/** Adds the texts of a fragment's glyphs, and a space for each gap that is wide for its text. */
function addParts(parts: string[], { glyphs, from, to }: Fragment, limit: number): void {
  const { texts, places } = glyphs;
  let end = Number.POSITIVE_INFINITY;
  for (let at = from; at < to; at += 1) {
    const text = texts[at] ?? "";
    if (text === "") continue;
    if (text === " ") {
      addSpace(parts);
      end = Number.POSITIVE_INFINITY;
    } else {
      if ((places[2 * at] ?? 0) - end > limit) parts.push(" ");
      parts.push(text);
      end = places[2 * at + 1] ?? 0;
    }
  }
}

function addSpace(parts: string[]): void {
  if (parts.at(-1) !== " ") parts.push(" ");
}

const IN_WORD = /[\p{L}\p{N}]$/u;

/** Distances between letters or digits that no space separates: between their sides, and from start to start. */
interface Distances {
  readonly gaps: number[];
  readonly steps: number[];
}

function distancesIn(group: readonly Fragment[]): Distances {
  const distances: Distances = { gaps: [], steps: [] };
  let last = -1;
  for (const fragment of group) last = addDistances(distances, fragment, fragment.spaceBefore ? -1 : last);
  return distances;
}

/** Adds the distances of a fragment and gives its last letter; `before` is the letter before it, or -1. */
function addDistances({ gaps, steps }: Distances, fragment: Fragment, before: number): number {
  const { texts, places } = fragment.glyphs;
  let last = before;
  for (let at = fragment.from; at < fragment.to; at += 1) {
    const text = texts[at] ?? "";
    if (text === "") continue;
    const isLetter = IN_WORD.test(text);
    if (isLetter && last >= 0) {
      const start = places[2 * at] ?? 0;
      gaps.push(start - (places[2 * last + 1] ?? 0));
      steps.push(start - (places[2 * last] ?? 0));
    }
    last = isLetter ? at : -1;
  }
  return last;
}

/** Least gap that separates two words of a text with these distances; undefined if its letters are too few to tell. */
function wordGap(group: readonly Fragment[]): number | undefined {
  const size = group[0]?.size ?? 0;
  const { gaps, steps } = distancesIn(group);
  const least = WORD_GAP * size;
  const wide = gaps.filter((gap) => gap > least).length;
  if (gaps.length < FEWEST_GAPS && wide === gaps.length) return undefined;
  if (wide === 0 || wide < MOSTLY * gaps.length) return least;
  const tracking = quantile(gaps, 0.25);
  const limit = Math.max(least, tracking + TRACKED_GAP * size, 1.3 * tracking);
  return Math.max(limit, evenStep({ gaps, steps }));
}

/** The step of letters that stand at even steps, as in the boxes of a form, with uneven gaps; 0 for others. */
function evenStep({ gaps, steps }: Distances): number {
  if (steps.length < ENOUGH_STEPS || 2 * spread(steps) >= spread(gaps)) return 0;
  const step = quantile(steps, 0.5);
  const even = steps.filter((one) => Math.abs(one - step) < EVEN * step).length;
  return even >= NEARLY_ALL * steps.length ? step : 0;
}

/** Median of the distances from the median. */
function spread(values: readonly number[]): number {
  const middle = quantile(values, 0.5);
  return quantile(
    values.map((value) => Math.abs(value - middle)),
    0.5,
  );
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

/** Whether two fragments share a line: one covers half of the other's height. */
export function isBeside(one: Fragment, other: Fragment): boolean {
  const shared = Math.min(topOf(one), topOf(other)) - Math.max(bottomOf(one), bottomOf(other));
  return shared >= 0.45 * Math.min(one.size, other.size);
}
