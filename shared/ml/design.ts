import type { Feature } from "./features.ts";
import type { FeatureColumns } from "./forest/vote.ts";

/**
 * How features become columns of numbers for the models that multiply them with weights: a number is one column, a category
 * has a column for each of its categories. Each column is shifted to mean 0 and scaled to standard deviation 1 over the rows
 * that the model learned from. A missing number counts as the mean; a missing category is none of the categories.
 */
export interface Design {
  readonly features: readonly Feature[];
  /** Mean of each column over the rows that the model learned from, without missing values. */
  readonly means: Float64Array;
  /** Standard deviation of each column (of the population); 1 where it is 0. */
  readonly scales: Float64Array;
}

/** Columns of a feature. */
export function widthOf(feature: Feature): number {
  return feature.kind === "number" ? 1 : feature.categories.length;
}

export function designOf(features: readonly Feature[], columns: FeatureColumns, rows: Int32Array): Design {
  const means: number[] = [];
  const scales: number[] = [];
  features.forEach((feature, at) => {
    const values = columns[at] ?? new Float64Array(0);
    for (let part = 0; part < widthOf(feature); part += 1) {
      const { mean, deviation } = momentsOf(columnValue(feature, values, part), rows);
      means.push(mean);
      scales.push(deviation > 0 ? deviation : 1);
    }
  });
  return { features, means: Float64Array.from(means), scales: Float64Array.from(scales) };
}

/** The value of one column of the design for a row; NaN for a missing number. */
function columnValue(feature: Feature, values: Float64Array, part: number): (row: number) => number {
  if (feature.kind === "number") return (row) => values[row] ?? Number.NaN;
  return (row) => (values[row] === part + 1 ? 1 : 0);
}

function momentsOf(valueAt: (row: number) => number, rows: Int32Array) {
  let sum = 0;
  let count = 0;
  for (const row of rows) {
    const value = valueAt(row);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (const row of rows) {
    const value = valueAt(row);
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  // Missing numbers count as the mean.
  return { mean, deviation: Math.sqrt(squares / Math.max(1, rows.length)) };
}

/** The columns of the design for these rows, row by row. */
export function designMatrix(
  { features, means, scales }: Design,
  columns: FeatureColumns,
  rows: Int32Array,
): Float64Array {
  const width = means.length;
  const matrix = new Float64Array(rows.length * width);
  let column = 0;
  features.forEach((feature, at) => {
    const values = columns[at] ?? new Float64Array(0);
    for (let part = 0; part < widthOf(feature); part += 1) {
      const valueAt = columnValue(feature, values, part);
      const mean = means[column] ?? 0;
      const scale = scales[column] ?? 1;
      rows.forEach((row, line) => {
        const value = valueAt(row);
        matrix[line * width + column] = Number.isNaN(value) ? 0 : (value - mean) / scale;
      });
      column += 1;
    }
  });
  return matrix;
}
