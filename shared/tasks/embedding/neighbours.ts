import { type Matrix, startOf } from "./matrix.ts";
import { type Postings, postingsOf } from "./postings.ts";

/** A near document of the job. */
interface Neighbour {
  /** Its index in the upload, from 0. */
  readonly index: number;
  readonly filename: string;
  /** Cosine of the angle between the vectors, 0..1. */
  readonly similarity: number;
}

/** Finds the `limit` nearest rows to a row of one matrix. */
export type NeighbourFinder = (row: number, limit: number) => Neighbour[];

/**
 * Finds the nearest rows by cosine, nearest first, equal ones by their index, without rows of cosine 0. The search
 * is exact: it compares a row with all rows that share a term with it, and with no others.
 */
export function findNeighbours(matrix: Matrix): NeighbourFinder {
  const postings = postingsOf(matrix);
  const lengths = rowLengths(matrix);
  const products = new Float64Array(matrix.ends.length);
  return (row, limit) => {
    multiply(matrix, postings, { row, products });
    return nearest(products, lengths, { row, limit }).map(({ other, similarity }) => {
      const [index, filename] = matrix.names[other] ?? [0, ""];
      return { index, filename, similarity };
    });
  };
}

/**
 * Calculates the dot products of a row with all rows. Each is summed in the order of its columns, so that it is the
 * same number for both of its rows.
 */
function multiply(
  matrix: Matrix,
  { starts, rows, values }: Postings,
  { row, products }: { readonly row: number; readonly products: Float64Array },
): void {
  products.fill(0);
  const end = matrix.ends[row] ?? 0;
  for (let at = startOf(matrix, row); at < end; at += 1) {
    const column = matrix.columns[at] ?? 0;
    const value = matrix.values[at] ?? 0;
    const last = starts[column + 1] ?? 0;
    for (let position = starts[column] ?? 0; position < last; position += 1) {
      const other = rows[position] ?? 0;
      products[other] = (products[other] ?? 0) + value * (values[position] ?? 0);
    }
  }
}

interface Found {
  readonly other: number;
  readonly similarity: number;
}

/** Rows are in the order of the upload; of equally near rows the earlier one comes first. */
function nearest(
  products: Float64Array,
  lengths: Float64Array,
  { row, limit }: { readonly row: number; readonly limit: number },
): Found[] {
  const found: Found[] = [];
  const own = lengths[row] ?? 1;
  for (let other = 0; other < products.length; other += 1) {
    const product = products[other] ?? 0;
    if (product <= 0 || other === row) continue;
    keep(found, limit, { other, similarity: Math.min(1, product / (own * (lengths[other] ?? 1))) });
  }
  return found;
}

/** Inserts a row if it is among the `limit` nearest so far. */
function keep(found: Found[], limit: number, one: Found): void {
  if (found.length === limit && one.similarity <= (found[limit - 1]?.similarity ?? 0)) return;
  let position = found.length;
  while (position > 0 && (found[position - 1]?.similarity ?? 0) < one.similarity) position -= 1;
  found.splice(position, 0, one);
  if (found.length > limit) found.pop();
}

function rowLengths(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.ends, (end, row) => {
    const values = matrix.values.subarray(startOf(matrix, row), end);
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  });
}
