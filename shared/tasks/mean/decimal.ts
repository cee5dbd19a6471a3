import { type Int, timesTen } from "./integer.ts";

/** A decimal number as written: `digits` times 10^-`decimals`. */
export interface Decimal {
  readonly digits: Int;
  /** Number of digits after the decimal point; negative for 1e5. */
  readonly decimals: number;
}

/** Most digits, and largest power of ten, of a number. Doubles lie between 1e-324 and 1e309. */
export const MAX_DIGITS = 400;
export const MAX_POWER = 400;

const PATTERN = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?$/;
const SHORT = /^-?\d{1,15}$/;

/** Parses a word; undefined if it is not a number, `"range"` if it is a number beyond the limits. */
export function readDecimal(word: string): Decimal | undefined | "range" {
  const point = word.indexOf(".");
  const plain = point < 0 ? word : word.slice(0, point) + word.slice(point + 1);
  if (SHORT.test(plain))
    return { digits: Number(plain) + 0, decimals: point < 0 ? 0 : word.length - point - 1 };
  return readLong(word);
}

function readLong(word: string): Decimal | undefined | "range" {
  const match = PATTERN.exec(word);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  if (digits === "") return undefined;
  if (digits.length > MAX_DIGITS || Math.abs(Number(power)) > MAX_POWER) return "range";
  const big = BigInt(`${sign === "-" ? "-" : ""}${digits}`);
  const decimals = fraction.length - Number(power);
  return {
    digits: Number.isSafeInteger(Number(big)) ? Number(big) : big,
    decimals: big === 0n ? 0 : decimals,
  };
}

/** Converts a decimal to units of 10^-scale; `scale` is at least its `decimals`. */
export function inUnits({ digits, decimals }: Decimal, scale: number): Int {
  return timesTen(digits, scale - decimals);
}
