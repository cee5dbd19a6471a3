/** Multiples of this have an exact half at the decimals that are rounded here. */
const DYADIC = 2 ** 20;
/** Below it a product is exact to 1e-7, so that a fraction further than that from a half is rounded rightly. */
const SMALL = 2 ** 30;
const NEAR_HALF = 1e-6;
const POWERS = [1, 10, 100, 1_000, 10_000];

/** Rounds to `digits` decimals; exact halves go to the even neighbour, as in Python. */
export function round(value: number, digits: number): number {
  const power = POWERS[digits] ?? 10 ** digits;
  const scaled = value * power;
  const nearest = Math.round(scaled);
  if (Math.abs(scaled) < SMALL && Math.abs(scaled - nearest) < 0.5 - NEAR_HALF) return nearest / power + 0;
  const half = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * DYADIC);
  if (half) return (2 * Math.round(scaled / 2)) / power;
  return Number(value.toFixed(digits)) + 0;
}
