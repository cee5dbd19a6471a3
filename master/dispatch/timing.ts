/** Weight of the newest measurement. */
const WEIGHT = 0.2;
const SIZE_CLASSES_PER_DECADE = 2;

/**
 * Remembers how long units of a step take, by size class: exponentially weighted means of seconds.
 * Bounded: steps times a handful of size classes.
 */
export class UnitTimes {
  readonly #means = new Map<string, number>();

  add(step: string, bytes: number, seconds: number): void {
    for (const key of [sized(step, bytes), step]) {
      const mean = this.#means.get(key);
      this.#means.set(key, mean === undefined ? seconds : mean + WEIGHT * (seconds - mean));
    }
  }

  /** Seconds for a unit of this size; of any size when this one is new; undefined when the step is new. */
  expected(step: string, bytes: number): number | undefined {
    return this.#means.get(sized(step, bytes)) ?? this.#means.get(step);
  }
}

function sized(step: string, bytes: number): string {
  return `${step}#${Math.round(Math.log10(Math.max(bytes, 1)) * SIZE_CLASSES_PER_DECADE)}`;
}
