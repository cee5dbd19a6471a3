import { movingMean } from "../../shared/movingMean.ts";
import { sizeClass } from "../map/sizeClass.ts";

/** Mean seconds that units of a step take, by size class and for all sizes: a few numbers for each step. */
export class UnitTimes {
  readonly #means = new Map<string, number>();

  add(step: string, bytes: number, seconds: number): void {
    for (const key of [sized(step, bytes), step])
      this.#means.set(key, movingMean(this.#means.get(key), seconds));
  }

  /** Seconds for a unit of this size; for any size when no such unit was done yet; undefined for a new step. */
  expected(step: string, bytes: number): number | undefined {
    return this.#means.get(sized(step, bytes)) ?? this.#means.get(step);
  }
}

function sized(step: string, bytes: number): string {
  return `${step}#${sizeClass(bytes)}`;
}
