import type { TreeShape, Trees } from "./trees.ts";

/** Values of rows: a column for each feature. */
export type FeatureColumns = readonly Float64Array[];

/**
 * Adds up the leaves that each row reaches, tree by tree: `channels` sums for each row. The caller divides them by the
 * number of trees.
 * @param sums `channels` numbers for each of `rows`
 */
export function addVotes(
  trees: Trees,
  { channels, hasSets }: TreeShape,
  {
    columns,
    rows,
    sums,
  }: { readonly columns: FeatureColumns; readonly rows: Int32Array; readonly sums: Float64Array },
): void {
  const { leaves, starts, right } = trees;
  // Made once: an object for each row would cost more than the walk.
  const walk: Walk = { ...trees, columns, hasSets };
  for (const start of starts) {
    for (let at = 0; at < rows.length; at += 1) {
      const node = leafOf(walk, start, rows[at] ?? 0);
      const leaf = (right[node] ?? 0) * channels;
      const to = at * channels;
      for (let channel = 0; channel < channels; channel += 1)
        sums[to + channel] = (sums[to + channel] ?? 0) + (leaves[leaf + channel] ?? 0);
    }
  }
}

interface Walk extends Pick<Trees, "feature" | "threshold" | "right" | "sets"> {
  readonly columns: FeatureColumns;
  readonly hasSets: readonly boolean[];
}

function leafOf({ feature, threshold, right, sets, columns, hasSets }: Walk, root: number, row: number) {
  let node = root;
  for (;;) {
    const at = feature[node] ?? -1;
    if (at < 0) return node;
    const value = columns[at]?.[row] ?? 0;
    const limit = threshold[node] ?? 0;
    // A missing number is no number, so no comparison holds: it goes left.
    const goesRight = hasSets[at] === true ? !hasCode(sets, limit, value) : value > limit;
    node = goesRight ? (right[node] ?? 0) : node + 1;
  }
}

function hasCode(sets: Int32Array, set: number, code: number): boolean {
  return (((sets[set * 8 + (code >> 5)] ?? 0) >>> (code & 31)) & 1) === 1;
}
