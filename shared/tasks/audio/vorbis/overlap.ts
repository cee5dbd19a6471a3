/** Rising half of the window between two blocks, by its length (Vorbis I, 4.3.1). */
export function slopeOf(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const sine = Math.sin((((i + 0.5) / length) * Math.PI) / 2);
    return Math.sin((Math.PI / 2) * sine * sine);
  });
}

interface Blocks {
  /** Transform of the block before, of which the first half is used. */
  readonly before: Float64Array;
  readonly beforeLength: number;
  /** Transform of the block. */
  readonly now: Float64Array;
  readonly nowLength: number;
  /** Rising half of the window, as long as the shorter one of the two transforms. */
  readonly slope: Float64Array;
}

/**
 * The samples between the middles of two blocks: the right half of one and the left half of the other are added where
 * they overlap. A transform is the inverse MDCT without its mirrored half: the right half of a block is its
 * first half, backwards and then forwards, negative; the left half is its second half, forwards, and then
 * backwards and negative.
 * @returns the number of samples
 */
export function overlap({ before, beforeLength, now, nowLength, slope }: Blocks, out: Float64Array): number {
  const half = slope.length / 2;
  const [left, right] = [beforeLength / 2 - half, nowLength / 2 - half];
  for (let i = 0; i < left; i += 1) out[i] = -(before[beforeLength / 2 - 1 - i] ?? 0);
  for (let i = 0; i < half; i += 1) {
    const [rising, falling] = [slope[i] ?? 0, slope[slope.length - 1 - i] ?? 0];
    const old = before[half - 1 - i] ?? 0;
    const fresh = now[nowLength - half + i] ?? 0;
    out[left + i] = fresh * rising - old * falling;
    out[left + slope.length - 1 - i] = -fresh * falling - old * rising;
  }
  const rest = left + slope.length;
  for (let i = 0; i < right; i += 1) out[rest + i] = -(now[nowLength - half - 1 - i] ?? 0);
  return rest + right;
}
