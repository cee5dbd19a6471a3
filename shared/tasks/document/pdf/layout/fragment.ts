import type { RunPlace } from "../engine/glyphs.ts";

/** Glyphs of a page whose texts the layout changes: a mark goes to its letter, a hidden space away. */
export interface PageGlyphs {
  readonly texts: string[];
  /** Start and end of each glyph along its baseline. */
  readonly places: Float64Array;
}

/**
 * Glyphs that follow each other on a baseline, in the content as on the page, without a wide gap. `from` and `to` are
 * indices of glyphs; lengths are in points.
 */
export interface Fragment extends RunPlace {
  readonly glyphs: PageGlyphs;
  readonly from: number;
  to: number;
  start: number;
  end: number;
  /** Whether the content has a space before the first or behind the last glyph. */
  spaceBefore: boolean;
  spaceAfter: boolean;
}

/** Parts of the font's size that letters reach above and below the baseline. */
const ABOVE = 0.7;
const BELOW = 0.2;

export function topOf({ baseline, size }: Fragment): number {
  return baseline + ABOVE * size;
}

export function bottomOf({ baseline, size }: Fragment): number {
  return baseline - BELOW * size;
}

/** The texts of a fragment, without those that are empty. */
export function textOf({ glyphs, from, to }: Fragment): string {
  return glyphs.texts.slice(from, to).join("");
}
