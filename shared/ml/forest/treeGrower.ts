import type { Bins } from "../binning.ts";
import type { Feature } from "../features.ts";
import { BinSums, type NodeRows, type Outcomes } from "./binSums.ts";
import type { TreeBuilder } from "./trees.ts";

export interface TreeTable {
  readonly features: readonly Feature[];
  /** Bins of each feature. */
  readonly bins: readonly Bins[];
  readonly outcomes: Outcomes;
  /** Rows to learn from. */
  readonly rows: Int32Array;
}

export interface TreeOptions {
  /** Most branches between the root and a leaf; null: no limit. */
  readonly depth: number | null;
  /** Least weight of a leaf. */
  readonly leaf: number;
  /** Features that are tried at each branch. */
  readonly tries: number;
}

/** Weights of the rows of one tree, and what is random in it. */
export interface TreeSample {
  /** By row; rows without weight take no part. */
  readonly weights: Float64Array;
  readonly random: () => number;
  /** Called for each leaf before it is added: which rows it has, and the value by channel. */
  readonly onLeaf: (rows: Int32Array, value: Float64Array) => void;
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

/** Grows trees of branches that make the rows purer, from the sums of their bins. */
export class TreeGrower {
  readonly #table: TreeTable;
  readonly #options: TreeOptions;
  readonly #builder: TreeBuilder;
  readonly #binSums: BinSums;
  readonly #order: Int32Array;
  readonly #kept: Int32Array;
  readonly #drawn: Int32Array;
  readonly #goesLeft = new Uint8Array(256);

  constructor(table: TreeTable, options: TreeOptions, builder: TreeBuilder) {
    const { features, outcomes, rows } = table;
    this.#table = table;
    this.#options = options;
    this.#builder = builder;
    this.#binSums = new BinSums(outcomes, rows.length);
    this.#order = new Int32Array(rows.length);
    this.#kept = new Int32Array(rows.length);
    this.#drawn = Int32Array.from({ length: features.length }, (_, at) => at);
  }

  /** Adds a tree to the builder. Returns how much purer each feature made the rows. */
  grow(sample: TreeSample): Float64Array {
    // The order that the tree before left would make this one depend on it.
    this.#drawn.forEach((_, at) => {
      this.#drawn[at] = at;
    });
    const gains = new Float64Array(this.#table.features.length);
    this.#builder.begin();
    const waiting: Waiting[] = [{ from: 0, to: this.#begin(sample), depth: 0, rightOf: -1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next.rightOf !== -1) this.#builder.rightOf(next.rightOf);
      waiting.push(...this.#node(next, sample, gains));
    }
    return gains;
  }

  /** Puts the rows with weight first in `#order`; returns their number. */
  #begin({ weights }: TreeSample): number {
    let count = 0;
    for (const row of this.#table.rows) {
      if (weights[row] === 0) continue;
      this.#order[count] = row;
      count += 1;
    }
    return count;
  }

  /** Makes a leaf or a branch of these rows. Returns the children, the left one last, which is grown next. */
  #node({ from, to, depth }: Waiting, sample: TreeSample, gains: Float64Array): readonly Waiting[] {
    const { weights, random, onLeaf } = sample;
    const rows = { order: this.#order, from, to, weights };
    const { weight, score, isPure } = this.#binSums.take(rows);
    const isEnd = isPure || depth === this.#options.depth || weight < 2 * this.#options.leaf;
    const split = isEnd ? undefined : this.#bestSplit(random);
    if (split === undefined) {
      const value = this.#binSums.totals.map((total) => total / weight);
      onLeaf(this.#order.subarray(from, to), value);
      this.#builder.leaf(value);
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
  #bestSplit(random: () => number): Split | undefined {
    const drawn = this.#drawn;
    let best: Split | undefined;
    let tried = 0;
    for (let at = 0; at < drawn.length && tried < this.#options.tries; at += 1) {
      const other = at + Math.floor(random() * (drawn.length - at));
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
