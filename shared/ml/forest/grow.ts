import { randomOf } from "../random.ts";
import { TreeGrower, type TreeTable } from "./treeGrower.ts";
import { TreeBuilder, type Trees } from "./trees.ts";

export interface ForestOptions {
  /** Most branches between the root and a leaf; null: no limit. */
  readonly depth: number | null;
  /** Fewest rows of a leaf, counted as the sample has them. */
  readonly leaf: number;
  readonly seed: number;
}

export interface GrownTrees {
  readonly trees: Trees;
  /** Sum over the trees of how much purer each feature made the rows, as a share of all of the tree. */
  readonly importance: Float64Array;
}

/**
 * Grows trees `from` to `to` - 1 of a forest, each from a sample of the rows with replacement (Breiman 2001). A tree
 * depends on the table, the options and its number, and on nothing else.
 */
export function growTrees(
  table: TreeTable,
  { depth, leaf, seed }: ForestOptions,
  { from, to, onTree }: { readonly from: number; readonly to: number; readonly onTree: () => void },
): GrownTrees {
  const builder = new TreeBuilder();
  const importance = new Float64Array(table.features.length);
  const grower = new TreeGrower(table, { depth, leaf, tries: triesOf(table) }, builder);
  const weights = new Float64Array(table.outcomes.channel.length);
  for (let number = from; number < to; number += 1) {
    const random = randomOf(seed, number);
    drawSample(table.rows, weights, random);
    const gains = grower.grow({ weights, random, onLeaf: () => undefined });
    const sum = gains.reduce((total, gain) => total + gain, 0);
    if (sum > 0)
      gains.forEach((gain, at) => {
        importance[at] = (importance[at] ?? 0) + gain / sum;
      });
    onTree();
  }
  return { trees: builder.build(), importance };
}

/** The numbers that scikit-learn uses: all features for numbers, their root for classes. */
function triesOf({ features, outcomes }: TreeTable): number {
  return outcomes.channels === 1 ? features.length : Math.max(1, Math.floor(features.length ** 0.5));
}

/** Draws as many rows as there are, with replacement: the weight of a row is how often it came. */
function drawSample(rows: Int32Array, weights: Float64Array, random: () => number): void {
  weights.fill(0);
  for (let draw = 0; draw < rows.length; draw += 1) {
    const row = rows[Math.floor(random() * rows.length)] ?? 0;
    weights[row] = (weights[row] ?? 0) + 1;
  }
}
