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
  let [node, leaf, set] = [0, 0, 0];
  const shifted = pieces.map((piece): Trees => {
    const by = { node, leaf, set };
    node += piece.feature.length;
    leaf += piece.leaves.length / channels;
    set += piece.sets.length / 8;
    return {
      ...piece,
      starts: piece.starts.map((start) => start + by.node),
      right: piece.right.map((right, at) => right + (piece.feature[at] === -1 ? by.leaf : by.node)),
      threshold: piece.threshold.map((value, at) =>
        hasSets[piece.feature[at] ?? -1] ? value + by.set : value,
      ),
    };
  });
  const sum = (field: keyof Trees) => shifted.reduce((total, piece) => total + piece[field].length, 0);
  return {
    starts: into(
      new Int32Array(sum("starts")),
      shifted.map(({ starts }) => starts),
    ),
    feature: into(
      new Int32Array(sum("feature")),
      shifted.map(({ feature }) => feature),
    ),
    threshold: into(
      new Float64Array(sum("threshold")),
      shifted.map(({ threshold }) => threshold),
    ),
    right: into(
      new Int32Array(sum("right")),
      shifted.map(({ right }) => right),
    ),
    sets: into(
      new Int32Array(sum("sets")),
      shifted.map(({ sets }) => sets),
    ),
    leaves: into(
      new Float32Array(sum("leaves")),
      shifted.map(({ leaves }) => leaves),
    ),
  };
}

function into<A extends Int32Array | Float64Array | Float32Array>(array: A, pieces: readonly A[]): A {
  let at = 0;
  for (const piece of pieces) {
    array.set(piece, at);
    at += piece.length;
  }
  return array;
}
