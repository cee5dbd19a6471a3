import { below, type PackedTrees, packTrees, WORDS } from "./packed.ts";
import type { TreeShape, Trees } from "./trees.ts";

/** Values of rows: a column for each feature. */
export type FeatureColumns = readonly Float64Array[];

export interface VotingRows {
  readonly columns: FeatureColumns;
  readonly rows: Int32Array;
  /** `channels` numbers for each of `rows`. */
  readonly sums: Float64Array;
}

/** Rows that go through a tree after each other: they and the tree stay in the cache of the processor. */
const BLOCK = 512;
/** Rows that go through a tree at the same time. */
const ABREAST = 4;

/** Adds up the leaves that rows reach, tree by tree. The caller divides by the number of trees. */
export class Voters {
  readonly #packed: PackedTrees;
  readonly #leaves: Float32Array;
  readonly #channels: number;
  readonly #width: number;
  readonly #isSet: readonly boolean[];
  readonly #hasSets: boolean;
  readonly #codes: Int32Array;
  /** First values of the leaves that `ABREAST` rows reached. */
  readonly #reached = new Int32Array(ABREAST);

  /** @throws Error for trees that do not come from a training */
  constructor(trees: Trees, shape: TreeShape) {
    this.#packed = packTrees(trees, shape);
    this.#leaves = trees.leaves;
    this.#channels = shape.channels;
    this.#width = shape.hasSets.length;
    this.#isSet = shape.hasSets;
    this.#hasSets = shape.hasSets.includes(true);
    this.#codes = new Int32Array((BLOCK + ABREAST) * this.#width);
  }

  addVotes({ columns, rows, sums }: VotingRows): void {
    for (let from = 0; from < rows.length; from += BLOCK) {
      const block = rows.subarray(from, from + BLOCK);
      this.#encode(columns, block);
      const own = sums.subarray(from * this.#channels, (from + block.length) * this.#channels);
      for (const root of this.#packed.roots) this.#addTree(root, own);
    }
  }

  /** Writes the codes of the rows, row by row. */
  #encode(columns: FeatureColumns, rows: Int32Array): void {
    const codes = this.#codes;
    const width = this.#width;
    for (let feature = 0; feature < width; feature += 1) {
      const values = columns[feature] ?? new Float64Array(0);
      const limits = this.#packed.limits[feature] ?? new Float64Array(0);
      // The code of a category stands for itself.
      const isNumber = this.#isSet[feature] === false;
      for (let at = 0; at < rows.length; at += 1) {
        const value = values[rows[at] ?? 0] ?? 0;
        codes[at * width + feature] = isNumber ? below(limits, value) : value;
      }
    }
  }

  #addTree(root: number, sums: Float64Array): void {
    const reached = this.#reached;
    const leaves = this.#leaves;
    const channels = this.#channels;
    const rows = sums.length / channels;
    for (let row = 0; row < rows; row += ABREAST) {
      if (this.#hasSets) this.#walkWithSets(root, row);
      else this.#walk(root, row);
      const count = Math.min(ABREAST, rows - row);
      for (let nth = 0; nth < count; nth += 1) {
        const leaf = reached[nth] ?? 0;
        const to = (row + nth) * channels;
        for (let channel = 0; channel < channels; channel += 1)
          sums[to + channel] = (sums[to + channel] ?? 0) + (leaves[leaf + channel] ?? 0);
      }
    }
  }

  /** Leads rows to their leaves side by side; behind the last row stand codes of other rows, which do no harm. */
  #walk(root: number, row: number): void {
    const { nodes } = this.#packed;
    const codes = this.#codes;
    const width = this.#width;
    const first = row * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (let moved = 1; moved !== 0; ) {
      const nextA = childOf(nodes, a, at(codes, first + at(nodes, a)));
      const nextB = childOf(nodes, b, at(codes, second + at(nodes, b)));
      const nextC = childOf(nodes, c, at(codes, third + at(nodes, c)));
      const nextD = childOf(nodes, d, at(codes, fourth + at(nodes, d)));
      moved = (a ^ nextA) | (b ^ nextB) | (c ^ nextC) | (d ^ nextD);
      a = nextA;
      b = nextB;
      c = nextC;
      d = nextD;
    }
    this.#reached[0] = at(nodes, a + 3);
    this.#reached[1] = at(nodes, b + 3);
    this.#reached[2] = at(nodes, c + 3);
    this.#reached[3] = at(nodes, d + 3);
  }

  #walkWithSets(root: number, row: number): void {
    const { nodes, steps } = this.#packed;
    const codes = this.#codes;
    for (let nth = 0; nth < ABREAST; nth += 1) {
      const start = (row + nth) * this.#width;
      let node = root;
      for (let before = -1; before !== node; ) {
        before = node;
        const code = at(codes, start + at(nodes, node));
        const limit = at(nodes, node + 1);
        node = limit < 0 ? at(nodes, node + 2) + (steps[code - 1 - limit] ?? 0) : childOf(nodes, node, code);
      }
      this.#reached[nth] = at(nodes, node + 3);
    }
  }
}

/** The left child, or the node after it for a code above the limit: then the difference has the sign bit. */
function childOf(nodes: Int32Array, node: number, code: number): number {
  return at(nodes, node + 2) + (((at(nodes, node + 1) - code) >> 31) & WORDS);
}

function at(numbers: Int32Array, index: number): number {
  return numbers[index] ?? 0;
}
