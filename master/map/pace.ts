import { mapOf } from "../queue/unitId.ts";
import { sizeClass } from "./sizeClass.ts";

/** When a unit that still runs is worth a second copy elsewhere. */
export interface StragglerRule {
  /** A unit's time is compared with the median or the mean of the times for its size; `off`: with nothing. */
  readonly rule: "median" | "mean" | "off";
  /** A unit is late when it takes longer than this multiple of the median or mean. */
  readonly factor: number;
  /** Share of the map's units that must have ended before a unit can be late. */
  readonly doneShare: number;
  /** For maps with fewer units than `smallMap`: seconds after which a unit counts as late. */
  readonly seconds: number;
  readonly smallMap: number;
}

/** Durations that are remembered per size class. */
const SAMPLE = 501;
/** Measurements in a size class from which its own median is trusted. */
const ENOUGH = 3;

/** Progress of a map: number of its units, number of those that ended, and their times by size. */
export class Pace {
  readonly #byClass = new Map<number, number[]>();
  readonly #perByte: number[] = [];
  submitted = 0;
  ended = 0;
  /** All units of the map have been submitted. */
  complete = false;

  add(bytes: number, seconds: number): void {
    const times = this.#byClass.get(sizeClass(bytes)) ?? [];
    this.#byClass.set(sizeClass(bytes), times);
    remember(times, seconds);
    remember(this.#perByte, seconds / Math.max(bytes, 1));
  }

  /** Whether a unit of this size is late after so many seconds. A large unit may take longer than a small one. */
  isLate(bytes: number, seconds: number, rule: StragglerRule): boolean {
    if (rule.rule === "off" || !this.complete) return false;
    if (this.submitted < rule.smallMap)
      return seconds > Math.max(rule.seconds, rule.factor * (this.#usual(bytes, rule) ?? 0));
    if (this.ended < rule.doneShare * this.submitted) return false;
    const usual = this.#usual(bytes, rule);
    return usual !== undefined && seconds > rule.factor * usual;
  }

  /** Seconds that units of this size usually take: by their size class, else by bytes from the times of all units. */
  #usual(bytes: number, { rule }: StragglerRule): number | undefined {
    const own = this.#byClass.get(sizeClass(bytes)) ?? [];
    const middle = rule === "mean" ? mean : median;
    if (own.length >= ENOUGH) return middle(own);
    if (this.#perByte.length < ENOUGH) return undefined;
    return middle(this.#perByte) * Math.max(bytes, 1);
  }
}

/** Paces of the maps that run, by `job/map`. */
export class PaceBook {
  readonly #paces = new Map<string, Pace>();

  open(map: string): Pace {
    const pace = new Pace();
    this.#paces.set(map, pace);
    return pace;
  }

  close(map: string): void {
    this.#paces.delete(map);
  }

  /** The pace of the map that a unit belongs to. */
  of(unit: string): Pace | undefined {
    return this.#paces.get(mapOf(unit));
  }
}

function remember(times: number[], value: number): void {
  if (times.length >= SAMPLE) times.shift();
  times.push(value);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
