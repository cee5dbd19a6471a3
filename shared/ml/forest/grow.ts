import type { Bins } from "../binning.ts";
import type { Feature } from "../features.ts";
import { randomOf } from "../random.ts";
import { BinSums, type NodeRows, type Outcomes } from "./binSums.ts";
import { TreeBuilder, type Trees } from "./trees.ts";

export interface ForestTable {
  readonly features: readonly Feature[];
  /** Bins of each feature. */
  readonly bins: readonly Bins[];
  readonly outcomes: Outcomes;
  /** Rows to learn from. */
  readonly rows: Int32Array;
}

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
  table: ForestTable,
  options: ForestOptions,
  { from, to, onTree }: { readonly from: number; readonly to: number; readonly onTree: () => void },
): GrownTrees {
  const builder = new TreeBuilder();
  const importance = new Float64Array(table.features.length);
  const grower = new Grower(table, options, builder);
  for (let number = from; number < to; number += 1) {
    const gains = grower.grow(number);
    const sum = gains.reduce((total, gain) => total + gain, 0);
    if (sum > 0)
      gains.forEach((gain, at) => {
        importance[at] = (importance[at] ?? 0) + gain / sum;
      });
    onTree();
  }
  return { trees: builder.build(), importance };
}

interface Waiting extends Pick<NodeRows, "from" | "to"> {
  readonly depth: number;
  /** The node whose right child this is; -1 for a root and for left children. */
  readonly rightOf: number;
}

interface Split {
  readonly feature: number;
  readonly score: number;
  /** The bins that go left. */
  readonly left: Uint8Array;
  /** The next bin, in the order of the cut. */
  readonly next: number;
}

class Grower {
  readonly #table: ForestTable;
  readonly #options: ForestOptions;
  readonly #builder: TreeBuilder;
  readonly #binSums: BinSums;
  readonly #weights: Float64Array;
  readonly #order: Int32Array;
  readonly #kept: Int32Array;
  readonly #drawn: Int32Array;
  readonly #tries: number;
  readonly #goesLeft = new Uint8Array(256);
  #random = randomOf(0);

  constructor(table: ForestTable, options: ForestOptions, builder: TreeBuilder) {
    const { features, outcomes, rows } = table;
    this.#table = table;
    this.#options = options;
    this.#builder = builder;
    this.#binSums = new BinSums(outcomes, rows.length);
    this.#weights = new Float64Array(outcomes.channel.length);
    this.#order = new Int32Array(rows.length);
    this.#kept = new Int32Array(rows.length);
    this.#drawn = Int32Array.from({ length: features.length }, (_, at) => at);
    // The numbers that scikit-learn uses: all features for numbers, their root for classes.
    this.#tries = outcomes.channels === 1 ? features.length : Math.max(1, Math.floor(features.length ** 0.5));
  }

  /** Grows one tree. Returns how much purer each feature made the rows. */
  grow(number: number): Float64Array {
    this.#random = randomOf(this.#options.seed, number);
    // The order that the tree before left would make this one depend on it.
    this.#drawn.forEach((_, at) => {
      this.#drawn[at] = at;
    });
    const gains = new Float64Array(this.#table.features.length);
    this.#builder.begin();
    const waiting: Waiting[] = [{ from: 0, to: this.#sample(), depth: 0, rightOf: -1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next.rightOf !== -1) this.#builder.rightOf(next.rightOf);
      waiting.push(...this.#node(next, gains));
    }
    return gains;
  }

  /** Draws as many rows as there are; returns the number of different ones, which stand first in `#order`. */
  #sample(): number {
    const { rows } = this.#table;
    this.#weights.fill(0);
    for (let draw = 0; draw < rows.length; draw += 1) {
      const row = rows[Math.floor(this.#random() * rows.length)] ?? 0;
      this.#weights[row] = (this.#weights[row] ?? 0) + 1;
    }
    let count = 0;
    for (const row of rows) {
      if (this.#weights[row] === 0) continue;
      this.#order[count] = row;
      count += 1;
    }
    return count;
  }

  /** Makes a leaf or a branch of these rows. Returns the children, the left one last, which is grown next. */
  #node({ from, to, depth, rightOf: _ }: Waiting, gains: Float64Array): readonly Waiting[] {
    const rows = { order: this.#order, from, to, weights: this.#weights };
    const { weight, score, isPure } = this.#binSums.take(rows);
    const isEnd = isPure || depth === this.#options.depth || weight < 2 * this.#options.leaf;
    const split = isEnd ? undefined : this.#bestSplit();
    if (split === undefined) {
      this.#builder.leaf(this.#binSums.totals, weight);
      return [];
    }
    gains[split.feature] = (gains[split.feature] ?? 0) + Math.max(0, split.score - score);
    const node = this.#builder.branch(split.feature, this.#thresholdOf(split));
    const middle = this.#part(rows, split);
    return [
      { from: middle, to, depth: depth + 1, rightOf: node },
      { from, to: middle, depth: depth + 1, rightOf: -1 },
    ];
  }

  /** Tries features in a random order until enough of them can part the rows. */
  #bestSplit(): Split | undefined {
    const drawn = this.#drawn;
    let best: Split | undefined;
    let tried = 0;
    for (let at = 0; at < drawn.length && tried < this.#tries; at += 1) {
      const other = at + Math.floor(this.#random() * (drawn.length - at));
      const feature = drawn[other] ?? 0;
      drawn[other] = drawn[at] ?? 0;
      drawn[at] = feature;
      const cut = this.#cutOf(feature);
      if (cut === undefined) continue;
      tried += 1;
      if (best !== undefined && cut.score <= best.score) continue;
      const { present } = this.#binSums;
      const left = present.slice(0, cut.count);
      best = { feature, score: cut.score, left, next: present[cut.count] ?? 0 };
    }
    return best;
  }

  #cutOf(feature: number) {
    const binSums = this.#binSums;
    const bins = this.#table.bins[feature];
    if (bins === undefined) return undefined;
    binSums.fill(bins.of);
    if (binSums.count < 2) return undefined;
    if (this.#table.features[feature]?.kind === "category") binSums.sortByMean(this.#leading());
    else binSums.sortByBin();
    return binSums.bestCut(this.#options.leaf);
  }

  /** The channel that orders categories: the only one, the second of two classes, else the most frequent class. */
  #leading(): number {
    const { totals } = this.#binSums;
    if (totals.length <= 2) return totals.length - 1;
    return totals.indexOf(Math.max(...totals));
  }

  #thresholdOf({ feature, left, next }: Split): number {
    if (this.#table.features[feature]?.kind === "category") return this.#builder.set(left);
    const bins = this.#table.bins[feature];
    const low = bins?.largest[left.at(-1) ?? 0] ?? 0;
    const high = bins?.least[next] ?? 0;
    const middle = low / 2 + high / 2;
    return middle < high ? middle : low;
  }

  /** Moves the rows that go left before the others, each side in its order. Returns where the right side begins. */
  #part({ order, from, to }: NodeRows, { feature, left }: Split): number {
    const bins = this.#table.bins[feature]?.of ?? this.#goesLeft;
    this.#goesLeft.fill(0);
    for (const bin of left) this.#goesLeft[bin] = 1;
    let middle = from;
    let kept = 0;
    for (let i = from; i < to; i += 1) {
      const row = order[i] ?? 0;
      if (this.#goesLeft[bins[row] ?? 0] === 1) {
        order[middle] = row;
        middle += 1;
      } else {
        this.#kept[kept] = row;
        kept += 1;
      }
    }
    order.set(this.#kept.subarray(0, kept), middle);
    return middle;
  }
}
