/**
 * Whole numbers of any size: plain numbers while they are exact, BigInts beyond. Their sums are exact and therefore
 * independent of the order of the additions.
 */
export type Int = number | bigint;

/** The largest number whose square is exact as a plain number. */
const SQUARE_LIMIT = 94_906_265;

export function add(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt(a) + BigInt(b);
}

export function square(a: Int): Int {
  if (typeof a === "number" && a <= SQUARE_LIMIT && a >= -SQUARE_LIMIT) return a * a;
  const big = BigInt(a);
  return big * big;
}

export function least(a: Int, b: Int): Int {
  if (a < b) return a;
  return b;
}

export function most(a: Int, b: Int): Int {
  if (a > b) return a;
  return b;
}

/** `a` times 10 to the power of `power`, which is not negative. */
export function timesTen(a: Int, power: number): Int {
  if (power === 0 || a === 0) return a;
  if (typeof a === "number" && power <= 15) {
    const product = a * 10 ** power;
    if (Number.isSafeInteger(product)) return product;
  }
  return BigInt(a) * tenTo(power);
}

const powers: bigint[] = [];

export function tenTo(power: number): bigint {
  const known = powers[power] ?? 10n ** BigInt(power);
  powers[power] = known;
  return known;
}

/** The double nearest to a / b, ties to even; b is positive. */
export function quotient(a: bigint, b: bigint): number {
  if (isSafe(a) && isSafe(b)) return Number(a) / Number(b);
  if (a < 0n) return -quotient(-a, b);
  // At least 66 bits of the quotient, and a last bit for all bits below: Number() rounds this value correctly.
  const shift = Math.max(0, 66 - (bitsOf(a) - bitsOf(b)));
  const scaled = a << BigInt(shift);
  const whole = scaled / b;
  const sticky = whole * b === scaled ? 0n : 1n;
  return scaleDown(Number(whole | sticky), shift);
}

/** Multiplies by 2^-shift, in two steps because one factor may be too small for a double. */
function scaleDown(value: number, shift: number): number {
  const half = Math.floor(shift / 2);
  return value * 2 ** -half * 2 ** -(shift - half);
}

function isSafe(a: bigint): boolean {
  return a <= 9_007_199_254_740_991n && a >= -9_007_199_254_740_991n;
}

function bitsOf(a: bigint): number {
  return a.toString(16).length * 4;
}
