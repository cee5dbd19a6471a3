/** What the viewer reads of the results of the task mean, version 1. */
export interface MeanStatistics {
  readonly count: number;
  readonly sum: number | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly stddev: number | null;
}

export interface MeanResult extends MeanStatistics {
  readonly numbers: number;
  readonly missing: number;
}

type Column = readonly (number | null)[];

/** `mean-<job id>.json`: lists have an entry for each index. */
export interface MeanOfJob {
  readonly files: number;
  readonly length: number;
  readonly ragged: boolean;
  readonly overall: MeanStatistics;
  readonly count: readonly number[];
  readonly mean: Column;
  readonly min: Column;
  readonly max: Column;
  readonly stddev: Column;
}

/** A number in as many digits as tell: `1,234.5678`, `1.23e-9`. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return value.toExponential(4);
  return value.toLocaleString("en", { maximumSignificantDigits: 7 }).replace("-", "\u2212");
}
