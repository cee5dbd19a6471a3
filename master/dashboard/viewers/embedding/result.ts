/** What the viewers read of a result of the task embedding, version 1. */
export interface EmbeddingResult {
  readonly vector_size: number;
  readonly non_zero_features: number;
  readonly sparse: Sparse;
  readonly neighbours?: readonly {
    readonly index: number;
    readonly filename: string;
    readonly similarity: number;
  }[];
}

/** The columns of a vector that are not 0; columns mean the same term in every file of a job. */
export interface Sparse {
  readonly indices: readonly number[];
  readonly values: readonly number[];
  readonly terms: readonly string[];
}

/** Cosine of two vectors, -1 to 1; 0 beside an empty one. Columns ascend. */
export function cosine(a: Sparse, b: Sparse): number {
  let product = 0;
  let at = 0;
  for (const [i, column] of a.indices.entries()) {
    while (at < b.indices.length && (b.indices[at] ?? 0) < column) at += 1;
    if (b.indices[at] === column) product += (a.values[i] ?? 0) * (b.values[at] ?? 0);
  }
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, product / lengths));
}

function lengthOf({ values }: Sparse): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
