const POWERS = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
/** A whole number of so many digits is exact, and so is the power of ten that divides it: the quotient is rounded once. */
const EXACT_DIGITS = 15;

/**
 * Reads a number of at most 15 digits without an exponent from ASCII, exactly as `Number` does.
 * @returns NaN for no bytes; undefined for anything else
 */
export function decimal(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (from === to) return Number.NaN;
  const sign = bytes[from];
  if (sign === PLUS) return unsigned(bytes, from + 1, to);
  if (sign !== MINUS) return unsigned(bytes, from, to);
  const value = unsigned(bytes, from + 1, to);
  return value === undefined ? undefined : -value;
}

function unsigned(bytes: Uint8Array, from: number, to: number): number | undefined {
  let whole = 0;
  let point = -1;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) whole = whole * 10 + byte - ZERO;
    else if (byte === POINT && point === -1) point = at;
    else return undefined;
  }
  return point === -1 ? exact(whole, to - from, 0) : exact(whole, to - from - 1, to - point - 1);
}

function exact(whole: number, digits: number, decimals: number): number | undefined {
  if (digits === 0 || digits > EXACT_DIGITS) return undefined;
  return decimals === 0 ? whole : whole / (POWERS[decimals] ?? 1);
}
