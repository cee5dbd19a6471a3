/** Multiples of this have an exact half at the decimals that are rounded here. */
const DYADIC = 2 ** 20;

/** Rounds to `digits` decimals; exact halves go to the even neighbour, as in Python. */
export function round(value: number, digits: number): number {
  const scaled = value * 10 ** digits;
  const half = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * DYADIC);
  if (half) return (2 * Math.round(scaled / 2)) / 10 ** digits;
  return Number(value.toFixed(digits)) + 0;
}
