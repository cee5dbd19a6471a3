import { codesOf, type Feature } from "./features.ts";
import type { FeatureColumns } from "./forest/vote.ts";

/**
 * What naive Bayes learned, in one array: for each class its ln of the share of the rows, then for each feature the mean
 * and variance of a number, or for each code of a category the ln of its share in the class (each code counted once more than
 * it occurs).
 */
export type BayesNumbers = Float64Array;

/** Part of the largest variance that is added to all, as in scikit-learn. */
const SMOOTHING = 1e-9;

export interface BayesTable {
  readonly features: readonly Feature[];
  readonly columns: FeatureColumns;
  /** Class of each row of the table. */
  readonly target: Float64Array;
  readonly classes: number;
  readonly rows: Int32Array;
}

export interface LearnedBayes extends Pick<BayesTable, "features" | "columns"> {
  readonly numbers: BayesNumbers;
}

/** Numbers of a feature for each class. */
function sizeOf(feature: Feature): number {
  return feature.kind === "number" ? 2 : codesOf(feature);
}

export function fitBayes(table: BayesTable): BayesNumbers {
  const { features, columns, target, classes, rows } = table;
  const smoothing = SMOOTHING * largestVariance(table);
  const numbers: number[] = [];
  for (let one = 0; one < classes; one += 1) {
    const own = rows.filter((row) => target[row] === one);
    numbers.push(Math.log(own.length / rows.length));
    features.forEach((feature, at) => {
      const values = columns[at] ?? new Float64Array(0);
      if (feature.kind === "category") numbers.push(...sharesOf(values, own, codesOf(feature)));
      else {
        const { mean, variance } = momentsOf(values, own);
        numbers.push(mean, variance + smoothing);
      }
    });
  }
  return Float64Array.from(numbers);
}

/** The probability of each class for a row; missing numbers are left out. */
export function bayesShares(learned: LearnedBayes, row: number, into: Float64Array): void {
  const length = learned.numbers.length / into.length;
  into.forEach((_, one) => {
    into[one] = logLikelihood(learned, row, one * length);
  });
  const most = Math.max(...into);
  let total = 0;
  into.forEach((value, one) => {
    into[one] = Math.exp(value - most);
    total += into[one] ?? 0;
  });
  into.forEach((value, one) => {
    into[one] = value / total;
  });
}

/** @param start index of the first number of the class */
function logLikelihood({ features, columns, numbers }: LearnedBayes, row: number, start: number): number {
  let sum = numbers[start] ?? 0;
  let at = start + 1;
  features.forEach((feature, column) => {
    sum += likelihood(feature, columns[column]?.[row] ?? 0, { numbers, at });
    at += sizeOf(feature);
  });
  return sum;
}

function likelihood(
  feature: Feature,
  value: number,
  { numbers, at }: { numbers: BayesNumbers; at: number },
): number {
  if (feature.kind === "category") return numbers[at + value] ?? 0;
  if (Number.isNaN(value)) return 0;
  const variance = numbers[at + 1] ?? 1;
  const distance = value - (numbers[at] ?? 0);
  return -0.5 * (Math.log(2 * Math.PI * variance) + (distance * distance) / variance);
}

function sharesOf(values: Float64Array, rows: Int32Array, codes: number): number[] {
  const counts = new Array<number>(codes).fill(1);
  for (const row of rows) {
    const code = values[row] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts.map((count) => Math.log(count / (rows.length + codes)));
}

/** Of the values that are not missing. */
function momentsOf(values: Float64Array, rows: Int32Array) {
  let known = 0;
  let sum = 0;
  for (const row of rows) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    known += 1;
    sum += value;
  }
  const count = Math.max(1, known);
  const mean = sum / count;
  let squares = 0;
  for (const row of rows) {
    const distance = (values[row] ?? Number.NaN) - mean;
    if (!Number.isNaN(distance)) squares += distance * distance;
  }
  return { mean, variance: squares / count };
}

function largestVariance({ features, columns, rows }: BayesTable): number {
  const variances = features.map(({ kind }, at) =>
    kind === "number" ? momentsOf(columns[at] ?? new Float64Array(0), rows).variance : 0,
  );
  return Math.max(0, ...variances) || 1;
}
