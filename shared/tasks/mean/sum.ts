import { add, type Int, least, most, quotient, square, tenTo } from "./integer.ts";

/** Exact sums of values that are whole multiples of 10^-scale, counted in that unit. Two sums can be added. */
export interface Sum {
  readonly count: number;
  readonly sum: Int;
  /** Sum of the squares. */
  readonly squares: Int;
  /** Undefined in meaning if count is 0. */
  readonly min: Int;
  readonly max: Int;
}

export const NOTHING: Sum = { count: 0, sum: 0, squares: 0, min: 0, max: 0 };

export function sumOf(value: Int): Sum {
  return { count: 1, sum: value, squares: square(value), min: value, max: value };
}

export function merge(a: Sum, b: Sum): Sum {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  return {
    count: a.count + b.count,
    sum: add(a.sum, b.sum),
    squares: add(a.squares, b.squares),
    min: least(a.min, b.min),
    max: most(a.max, b.max),
  };
}

/** Statistics as doubles; null if there are too few values. */
export interface Statistics {
  readonly count: number;
  readonly sum: number | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly stddev: number | null;
}

export function statisticsOf(sum: Sum, scale: number): Statistics {
  return {
    count: sum.count,
    sum: inFull(sum, scale, sum.sum),
    mean: meanOf(sum, scale),
    min: inFull(sum, scale, sum.min),
    max: inFull(sum, scale, sum.max),
    stddev: stddevOf(sum, scale),
  };
}

/** The double nearest to the exact mean of the decimals. */
export function meanOf({ count, sum }: Sum, scale: number): number | null {
  return count === 0 ? null : quotient(BigInt(sum), BigInt(count) * tenTo(scale));
}

/** Converts a sum, minimum or maximum to the unit of the files. */
export function inFull({ count }: Sum, scale: number, value: Int): number | null {
  return count === 0 ? null : quotient(BigInt(value), tenTo(scale));
}

/** Sample standard deviation: sqrt((n * sum of squares - sum^2) / (n * (n - 1))), exact under the root. */
export function stddevOf({ count, sum, squares }: Sum, scale: number): number | null {
  if (count < 2) return null;
  const n = BigInt(count);
  const total = BigInt(sum);
  return Math.sqrt(quotient(n * BigInt(squares) - total * total, n * (n - 1n) * tenTo(2 * scale)));
}
