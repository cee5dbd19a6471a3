import type { TimelineSums } from "../timeline.ts";
import type { PlacedSums } from "../timelineRows.ts";
import { addedSums } from "../timelineSums.ts";

/**
 * The rows of one interval, added up. Files wait at each master: the rows of one place are of one master that was started again, so
 * the most that waited there counts, and the places are added up.
 */
export class IntervalRows {
  #sums: TimelineSums;
  readonly #waiting = new Map<string | undefined, number>();

  constructor({ sums, place }: PlacedSums) {
    this.#sums = sums;
    this.#waiting.set(place, sums.waiting);
  }

  get at(): number {
    return this.#sums.at;
  }

  get sums(): TimelineSums {
    return { ...this.#sums, waiting: [...this.#waiting.values()].reduce((all, waiting) => all + waiting, 0) };
  }

  add({ sums, place }: PlacedSums): void {
    this.#sums = addedSums(this.at, this.#sums, sums);
    this.#waiting.set(place, Math.max(this.#waiting.get(place) ?? 0, sums.waiting));
  }
}
