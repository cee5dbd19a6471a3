import type { Feature } from "./features.ts";

/** The values of a feature as bins: 0 holds missing values, the others are in the order of the values. */
export interface Bins {
  /** Bin of each row. */
  readonly of: Uint8Array;
  /** Least and largest value of each bin. */
  readonly least: Float64Array;
  readonly largest: Float64Array;
}

/** Bins beside the one of missing values. */
const MOST = 255;

/** A bin for each value while there are few values; else bins with about as many rows each. Codes are their own bins. */
export function binsOf({ kind }: Feature, values: Float64Array): Bins {
  if (kind === "category") return { of: Uint8Array.from(values), least: NONE, largest: NONE };
  const sorted = knownOf(values).sort();
  const ends = distinctEnds(sorted);
  const chosen = ends.length <= MOST ? ends : quantileEnds(sorted);
  const least = new Float64Array(chosen.length + 1).fill(Number.NEGATIVE_INFINITY);
  const largest = new Float64Array(chosen.length + 1).fill(Number.NEGATIVE_INFINITY);
  chosen.forEach((end, at) => {
    least[at + 1] = sorted[at === 0 ? 0 : (chosen[at - 1] ?? 0) + 1] ?? 0;
    largest[at + 1] = sorted[end] ?? 0;
  });
  const of = new Uint8Array(values.length);
  for (let row = 0; row < of.length; row += 1) of[row] = binOf(values[row] ?? Number.NaN, largest);
  return { of, least, largest };
}

/** A copy without missing values. */
function knownOf(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    known[count] = value;
    count += 1;
  }
  return known.subarray(0, count);
}

const NONE = new Float64Array(0);

/** Index of the last row of each value. */
function distinctEnds(sorted: Float64Array): number[] {
  const ends: number[] = [];
  for (let at = 0; at < sorted.length; at += 1) if (sorted[at] !== sorted[at + 1]) ends.push(at);
  return ends;
}

/** Index of the last row of each bin; equal values stay together. */
function quantileEnds(sorted: Float64Array): number[] {
  const ends: number[] = [];
  for (let bin = 1; bin <= MOST; bin += 1) {
    let end = Math.ceil((bin * sorted.length) / MOST) - 1;
    while (end + 1 < sorted.length && sorted[end] === sorted[end + 1]) end += 1;
    if (end > (ends.at(-1) ?? -1)) ends.push(end);
  }
  return ends;
}

/** The first bin whose largest value is not below the value. */
function binOf(value: number, largest: Float64Array): number {
  if (Number.isNaN(value)) return 0;
  let low = 1;
  let high = largest.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (largest[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
