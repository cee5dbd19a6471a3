import type { Matrix } from "./matrix.ts";

/** Another document of the job. */
interface Neighbour {
  /** Its place in the upload, from 0. */
  readonly index: number;
  readonly filename: string;
  /** Cosine of the angle between the vectors, 0..1. */
  readonly similarity: number;
}

/** Finds the `limit` nearest rows to a row of one matrix. */
export type NeighbourFinder = (row: number, limit: number) => Neighbour[];

/** The nearest rows by cosine, nearest first, equal ones by their place; rows of cosine 0 are left out. */
export function findNeighbours(matrix: Matrix): NeighbourFinder {
  const width = matrix.columns.reduce((most, column) => Math.max(most, column + 1), 0);
  const lengths = rowLengths(matrix);
  return (row, limit) => {
    const products = productsWith(matrix, spread(matrix, row, width));
    const found: Neighbour[] = [];
    matrix.names.forEach(([index, filename], other) => {
      const product = products[other] ?? 0;
      if (product <= 0 || other === row) return;
      const similarity = Math.min(1, product / ((lengths[row] ?? 1) * (lengths[other] ?? 1)));
      found.push({ index, filename, similarity });
    });
    return found.sort((a, b) => b.similarity - a.similarity || a.index - b.index).slice(0, limit);
  };
}

/** A row with its zeros. */
function spread(matrix: Matrix, row: number, width: number): Float64Array {
  const vector = new Float64Array(width);
  for (let at = startOf(matrix, row); at < (matrix.ends[row] ?? 0); at += 1) {
    vector[matrix.columns[at] ?? 0] = matrix.values[at] ?? 0;
  }
  return vector;
}

/** Dot products of all rows with a vector. */
function productsWith(matrix: Matrix, vector: Float64Array): Float64Array {
  const products = new Float64Array(matrix.ends.length);
  let at = 0;
  matrix.ends.forEach((end, row) => {
    let product = 0;
    for (; at < end; at += 1) product += (vector[matrix.columns[at] ?? 0] ?? 0) * (matrix.values[at] ?? 0);
    products[row] = product;
  });
  return products;
}

function rowLengths(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.ends, (end, row) => {
    const values = matrix.values.subarray(startOf(matrix, row), end);
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  });
}

function startOf(matrix: Matrix, row: number): number {
  return row === 0 ? 0 : (matrix.ends[row - 1] ?? 0);
}
