import type { TreeShape, Trees } from "./trees.ts";

/**
 * Trees as they are walked. A value becomes the number of limits of its feature that are below it, so a branch compares two
 * whole numbers; both children of a branch lie side by side, so it adds 0 or one node to the place of the left one. A
 * processor guesses nothing there, and it works on several rows at a time.
 */
export interface PackedTrees {
  /** Place of the root of each tree. */
  readonly roots: Int32Array;
  /** `WORDS` numbers a node: feature, limit, place of the left child, first value in `leaves`. A leaf is its own child. */
  readonly nodes: Int32Array;
  /** Limits of each feature, ascending; of a category none. */
  readonly limits: readonly Float64Array[];
  /** For each set and code what is added to the place of the left child. A limit -1 - n is the set that begins at n. */
  readonly steps: Uint8Array;
}

export const WORDS = 4;

const CODES = 256;
/** Limit of a leaf: no value is above it. */
const NO_LIMIT = 0x7fffffff;

/** @throws Error for trees that do not come from a training: their walk might not end */
export function packTrees(trees: Trees, shape: TreeShape): PackedTrees {
  requireSound(trees, shape);
  const { starts, feature } = trees;
  const limits = limitsOf(trees, shape);
  const nodes = new Int32Array(feature.length * WORDS);
  const roots = new Int32Array(starts.length);
  let free = 0;
  starts.forEach((start, tree) => {
    roots[tree] = free * WORDS;
    // Nodes in the order of their places.
    const waiting = [start];
    for (let at = 0; at < waiting.length; at += 1) {
      const node = waiting[at] ?? start;
      const left = free + waiting.length;
      setNode(nodes, (free + at) * WORDS, { trees, shape, limits, node, left });
      if ((feature[node] ?? -1) >= 0) waiting.push(node + 1, trees.right[node] ?? 0);
    }
    free += waiting.length;
  });
  return { roots, nodes, limits, steps: stepsOf(trees.sets) };
}

interface Placed {
  readonly trees: Trees;
  readonly shape: TreeShape;
  readonly limits: readonly Float64Array[];
  /** Index of the node in the trees. */
  readonly node: number;
  /** Index of the place of its left child. */
  readonly left: number;
}

function setNode(nodes: Int32Array, at: number, { trees, shape, limits, node, left }: Placed): void {
  const feature = trees.feature[node] ?? -1;
  if (feature < 0) {
    nodes.set([0, NO_LIMIT, at, (trees.right[node] ?? 0) * shape.channels], at);
    return;
  }
  const threshold = trees.threshold[node] ?? 0;
  const limit =
    shape.hasSets[feature] === true
      ? -1 - threshold * CODES
      : below(limits[feature] ?? new Float64Array(0), threshold);
  nodes.set([feature, limit, left * WORDS, 0], at);
}

function limitsOf({ feature, threshold }: Trees, { hasSets }: TreeShape): Float64Array[] {
  const found = hasSets.map(() => new Set<number>());
  feature.forEach((one, node) => {
    if (one >= 0 && hasSets[one] === false) found[one]?.add(threshold[node] ?? 0);
  });
  return found.map((limits) => Float64Array.from(limits).sort());
}

/** Number of limits that are below a value; 0 for NaN, which is above nothing. */
export function below(limits: Float64Array, value: number): number {
  let from = 0;
  // Halves without a branch: which half is random.
  for (let length = limits.length; length > 0; ) {
    const half = (length + 1) >> 1;
    from += half * Number((limits[from + half - 1] ?? 0) < value);
    length -= half;
  }
  return from;
}

function stepsOf(sets: Int32Array): Uint8Array {
  const steps = new Uint8Array(sets.length * 32);
  for (let at = 0; at < steps.length; at += 1) {
    const goesLeft = (((sets[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1;
    steps[at] = goesLeft ? 0 : WORDS;
  }
  return steps;
}

function requireSound({ starts, feature, right, leaves }: Trees, { channels, hasSets }: TreeShape): void {
  const isSound = (one: number, node: number) => {
    const to = right[node] ?? 0;
    if (one < 0) return to >= 0 && (to + 1) * channels <= leaves.length;
    return one < hasSets.length && to > node + 1 && to < feature.length;
  };
  if (!feature.every(isSound) || !starts.every((start) => start >= 0 && start < feature.length))
    throw new Error("the trees of the model are damaged");
}
