import type { MeanOfJob } from "./result.ts";

/** Neighbouring indexes that are drawn as one. */
export interface Bin {
  /** Place of its middle, 0 to 1. */
  readonly at: number;
  /** Number of indexes of a full bin. */
  readonly indexes: number;
  readonly mean: number;
  readonly stddev: number;
  readonly min: number;
  readonly max: number;
}

/** At most `most` bins; an index without values is left out. */
export function binsOf(of: MeanOfJob, most: number): readonly Bin[] {
  const indexes = Math.max(1, Math.ceil(of.length / most));
  const bins: Bin[] = [];
  for (let from = 0; from < of.length; from += indexes) {
    const bin = binAt(of, from, Math.min(of.length, from + indexes));
    if (bin !== undefined) bins.push({ ...bin, indexes });
  }
  return bins;
}

function binAt(of: MeanOfJob, from: number, to: number): Omit<Bin, "indexes"> | undefined {
  let [known, mean, stddev] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = from; index < to; index += 1) {
    const value = of.mean[index];
    if (value === null || value === undefined) continue;
    known += 1;
    mean += value;
    stddev += of.stddev[index] ?? 0;
    min = Math.min(min, of.min[index] ?? value);
    max = Math.max(max, of.max[index] ?? value);
  }
  if (known === 0) return undefined;
  const at = of.length < 2 ? 0.5 : (from + to - 1) / 2 / (of.length - 1);
  return { at, mean: mean / known, stddev: stddev / known, min, max };
}
