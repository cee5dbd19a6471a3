import type { EmbeddingOptions } from "./options.ts";
import type { TermCounts } from "./terms.ts";

/** A vector by its non-zero columns, in ascending order. */
export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** Columns by term, with their idf. */
export interface Columns {
  readonly columnOf: ReadonlyMap<string, number>;
  readonly idf: readonly number[];
}

/** Calculates tf x idf of a document, scaled by `norm`; tf is the count, or 1 + ln(count) with `sublinear_tf`. */
export function weigh(
  { terms, counts }: TermCounts,
  columns: Columns,
  options: EmbeddingOptions,
): SparseVector {
  const indices: number[] = [];
  const values: number[] = [];
  terms.forEach((term, at) => {
    const column = columns.columnOf.get(term);
    if (column === undefined) return;
    const count = counts[at] ?? 0;
    const tf = options.sublinear_tf ? Math.log(count) + 1 : count;
    indices.push(column);
    values.push(tf * (columns.idf[column] ?? 1));
  });
  const length = lengthOf(values, options.norm);
  return { indices, values: length === 0 ? values : values.map((value) => value / length) };
}

function lengthOf(values: readonly number[], norm: EmbeddingOptions["norm"]): number {
  if (norm === null) return 1;
  if (norm === "l1") return values.reduce((sum, value) => sum + Math.abs(value), 0);
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
