/** One line of the report. A ratio compares two measures of the same run. */
export interface Measure {
  readonly name: string;
  readonly value: number | string;
  readonly target?: string;
  readonly met?: boolean;
  readonly note?: string;
}

/** A part of the benchmark: starts what it needs, measures, stops it. */
export interface BenchPart {
  readonly name: string;
  /** `kind`: words in the names of the kinds of files to measure; without it all kinds. */
  run(scale: Scale, kind?: string): Promise<readonly Measure[]>;
}

/** `--quick` runs a tenth of everything, as a check that it works. */
export type Scale = (count: number) => number;

// biome-ignore lint/complexity/useMaxParams: one row of a table, always in this order.
export function atLeast(name: string, value: number, least: number, note?: string): Measure {
  return measure(name, value, { target: `>= ${least}`, met: value >= least }, note);
}

// biome-ignore lint/complexity/useMaxParams: one row of a table, always in this order.
export function atMost(name: string, value: number, most: number, note?: string): Measure {
  return measure(name, value, { target: `<= ${most}`, met: value <= most }, note);
}

export function stated(name: string, value: number | string, note?: string): Measure {
  return measure(name, value, {}, note);
}

// biome-ignore lint/complexity/useMaxParams: one row of a table, always in this order.
function measure(name: string, value: number | string, judged: Partial<Measure>, note?: string): Measure {
  return { name, value, ...judged, ...(note === undefined ? {} : { note }) };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
