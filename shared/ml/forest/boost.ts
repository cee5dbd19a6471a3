import { probabilitiesOf } from "../logistic.ts";
import { randomOf } from "../random.ts";
import { TreeGrower, type TreeTable } from "./treeGrower.ts";
import { TreeBuilder, type Trees } from "./trees.ts";

export interface BoostTable extends Pick<TreeTable, "features" | "bins" | "rows"> {
  /** Class or number of each row. */
  readonly target: Float64Array;
  /** Number of classes; 0 for numbers. */
  readonly classes: number;
}

export interface BoostOptions {
  readonly rounds: number;
  readonly depth: number;
  /** Least weight of a leaf: a row counts 1 for numbers, and for classes 4 p (1 - p), so 1 while it is undecided. */
  readonly leaf: number;
  /** Part of each tree's values that counts. */
  readonly rate: number;
  readonly seed: number;
}

export interface BoostedTrees {
  /** One line of trees for numbers and for two classes, else one for each class: round after round, line after line. */
  readonly trees: Trees;
  /** Scores of the lines before the first round. */
  readonly base: Float64Array;
  /** How much purer each feature made the rows, over all trees. */
  readonly importance: Float64Array;
}

/** Gradient boosting (Friedman 2001) by Newton's steps: each tree learns what the ones before it are wrong by. */
export function boostTrees(table: BoostTable, options: BoostOptions, onTree: () => void): BoostedTrees {
  return new Booster(table, options).run(onTree);
}

/** Lines of trees. */
export function linesOf({ classes }: Pick<BoostTable, "classes">): number {
  return classes > 2 ? classes : 1;
}

/** A row that is sure has a weight all the same: it is divided by. */
const LEAST_WEIGHT = 1e-9;

class Booster {
  readonly #table: BoostTable;
  readonly #options: BoostOptions;
  readonly #lines: number;
  readonly #builder = new TreeBuilder();
  readonly #grower: TreeGrower;
  readonly #weights: Float64Array;
  /** What a row is wrong by, divided by its weight. */
  readonly #amount: Float64Array;
  /** Scores of each line, row by row. */
  readonly #scores: Float64Array;
  readonly #shares: Float64Array;
  readonly #base: Float64Array;

  constructor(table: BoostTable, options: BoostOptions) {
    const { features, bins, rows, target, classes } = table;
    this.#table = table;
    this.#options = options;
    this.#lines = linesOf(table);
    this.#weights = new Float64Array(target.length);
    this.#amount = new Float64Array(target.length);
    const outcomes = { channels: 1, channel: new Uint8Array(target.length), amount: this.#amount };
    const { depth, leaf } = options;
    this.#grower = new TreeGrower(
      { features, bins, rows, outcomes },
      { depth, leaf, tries: features.length },
      this.#builder,
    );
    this.#base = baseOf(table, this.#lines);
    this.#scores = new Float64Array(target.length * this.#lines);
    this.#shares = new Float64Array(Math.max(2, classes));
    for (const row of rows) this.#scores.set(this.#base, row * this.#lines);
  }

  run(onTree: () => void): BoostedTrees {
    const importance = new Float64Array(this.#table.features.length);
    for (let round = 0; round < this.#options.rounds; round += 1) {
      // All lines of a round learn from the scores before it.
      const before = this.#lines === 1 ? this.#scores : this.#scores.slice();
      for (let line = 0; line < this.#lines; line += 1) {
        this.#aim(line, before);
        const gains = this.#tree(round, line);
        gains.forEach((gain, at) => {
          importance[at] = (importance[at] ?? 0) + gain;
        });
        onTree();
      }
    }
    return { trees: this.#builder.build(), base: this.#base, importance };
  }

  #tree(round: number, line: number): Float64Array {
    const factor = this.#options.rate * (this.#table.classes > 0 ? 4 : 1);
    return this.#grower.grow({
      weights: this.#weights,
      random: randomOf(this.#options.seed, round * this.#lines + line),
      onLeaf: (rows, value) => {
        value[0] = Math.fround((value[0] ?? 0) * factor);
        for (const row of rows) {
          const at = row * this.#lines + line;
          this.#scores[at] = (this.#scores[at] ?? 0) + (value[0] ?? 0);
        }
      },
    });
  }

  /** Sets what the next tree of a line learns. */
  #aim(line: number, scores: Float64Array): void {
    const { target, classes, rows } = this.#table;
    const one = this.#lines === 1 ? 1 : line;
    for (const row of rows) {
      if (classes === 0) {
        this.#weights[row] = 1;
        this.#amount[row] = (target[row] ?? 0) - (scores[row] ?? 0);
        continue;
      }
      probabilitiesOf(scores.subarray(row * this.#lines, (row + 1) * this.#lines), this.#shares);
      const share = this.#shares[one] ?? 0;
      const weight = Math.max(LEAST_WEIGHT, 4 * share * (1 - share));
      this.#weights[row] = weight;
      this.#amount[row] = ((target[row] === one ? 1 : 0) - share) / weight;
    }
  }
}

/** The scores that are best without any tree: the mean, or the logarithms of the odds of the classes. */
function baseOf({ target, classes, rows }: BoostTable, lines: number): Float64Array {
  const counts = new Float64Array(Math.max(2, classes));
  let sum = 0;
  for (const row of rows) {
    const value = target[row] ?? 0;
    sum += value;
    if (classes > 0) counts[value] = (counts[value] ?? 0) + 1;
  }
  if (classes === 0) return Float64Array.of(sum / rows.length);
  // A class that is in none of the rows counts half a row.
  const log = (count = 0) => Math.log(Math.max(0.5, count));
  if (lines === 1) return Float64Array.of(log(counts[1]) - log(counts[0]));
  return counts.map((count) => log(count) - Math.log(rows.length));
}
