/** Weight of the newest value. */
const WEIGHT = 0.2;

/** Exponentially weighted mean after one more value; the first value is the mean. */
export function movingMean(mean: number | undefined, value: number): number {
  return mean === undefined ? value : mean + WEIGHT * (value - mean);
}
