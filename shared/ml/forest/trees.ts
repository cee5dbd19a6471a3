/** Trees in one piece: node by node, each tree after the other, a left child right after its parent. */
export interface Trees {
  /** First node of each tree. */
  readonly starts: Int32Array;
  /** Feature of each node; -1 for a leaf. */
  readonly feature: Int32Array;
  /** Largest number that goes left; for categories the index of the set in `sets`. */
  readonly threshold: Float64Array;
  /** Right child; for a leaf the index of its values in `leaves`. */
  readonly right: Int32Array;
  /** Codes that go left, as a set of 256 bits each: eight numbers of 32 bits. */
  readonly sets: Int32Array;
  /** Mean of the target by channel for each leaf: shares of the classes, or one number. */
  readonly leaves: Float32Array;
}

/** Trees while they grow. */
export class TreeBuilder {
  readonly #starts: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #right: number[] = [];
  readonly #sets: number[] = [];
  readonly #leaves: number[] = [];

  begin(): void {
    this.#starts.push(this.#feature.length);
  }

  /** Adds a leaf with a value for each channel. */
  leaf(values: Float64Array): void {
    this.#node(-1, 0, this.#leaves.length / values.length);
    this.#leaves.push(...values);
  }

  /** Adds a node whose right child is told later. Returns its index. */
  branch(feature: number, threshold: number): number {
    return this.#node(feature, threshold, 0);
  }

  /** Adds a set of codes. Returns its index. */
  set(codes: Uint8Array): number {
    const at = this.#sets.length;
    for (let word = 0; word < 8; word += 1) this.#sets.push(0);
    for (const code of codes)
      this.#sets[at + (code >> 5)] = (this.#sets[at + (code >> 5)] ?? 0) | (1 << (code & 31));
    return at / 8;
  }

  /** The next node that is added becomes the right child of this one. */
  rightOf(node: number): void {
    this.#right[node] = this.#feature.length;
  }

  build(): Trees {
    return {
      starts: Int32Array.from(this.#starts),
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      right: Int32Array.from(this.#right),
      sets: Int32Array.from(this.#sets),
      leaves: Float32Array.from(this.#leaves),
    };
  }

  #node(feature: number, threshold: number, right: number): number {
    this.#threshold.push(threshold);
    this.#right.push(right);
    return this.#feature.push(feature) - 1;
  }
}

export interface TreeShape {
  /** Number of values of a leaf. */
  readonly channels: number;
  /** For each feature whether its thresholds are indexes of sets. */
  readonly hasSets: readonly boolean[];
}

/** Joins trees in the order of the pieces, so that it does not matter which slave grew which. */
export function joinTrees(pieces: readonly Trees[], { channels, hasSets }: TreeShape): Trees {
  const sum = (field: keyof Trees) => pieces.reduce((total, piece) => total + piece[field].length, 0);
  const joined: Trees = {
    starts: new Int32Array(sum("starts")),
    feature: new Int32Array(sum("feature")),
    threshold: new Float64Array(sum("threshold")),
    right: new Int32Array(sum("right")),
    sets: new Int32Array(sum("sets")),
    leaves: new Float32Array(sum("leaves")),
  };
  const at = { starts: 0, feature: 0, sets: 0, leaves: 0 };
  for (const piece of pieces) {
    joined.feature.set(piece.feature, at.feature);
    joined.sets.set(piece.sets, at.sets);
    joined.leaves.set(piece.leaves, at.leaves);
    const shift = { node: at.feature, leaf: at.leaves / channels, set: at.sets / 8, hasSets };
    for (const start of piece.starts) {
      joined.starts[at.starts] = start + shift.node;
      at.starts += 1;
    }
    putNodes(joined, piece, shift);
    at.feature += piece.feature.length;
    at.sets += piece.sets.length;
    at.leaves += piece.leaves.length;
  }
  return joined;
}

/** By how much the indexes of a piece move in the whole. */
interface Shift {
  readonly node: number;
  readonly leaf: number;
  readonly set: number;
  readonly hasSets: readonly boolean[];
}

/** Puts what the nodes of a piece point to into the whole. Loops, because a forest has millions of nodes. */
function putNodes(joined: Trees, { feature, right, threshold }: Trees, shift: Shift): void {
  const { node, leaf, set, hasSets } = shift;
  for (let at = 0; at < feature.length; at += 1) {
    const of = feature[at] ?? -1;
    joined.right[node + at] = (right[at] ?? 0) + (of === -1 ? leaf : node);
    joined.threshold[node + at] = (threshold[at] ?? 0) + (hasSets[of] ? set : 0);
  }
}
