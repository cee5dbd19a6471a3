import { type BayesNumbers, fitBayes } from "./bayes.ts";
import type { Bins } from "./binning.ts";
import { designMatrix, designOf } from "./design.ts";
import type { Feature } from "./features.ts";
import { boostTrees } from "./forest/boost.ts";
import { growTrees } from "./forest/grow.ts";
import type { Trees } from "./forest/trees.ts";
import type { FeatureColumns } from "./forest/vote.ts";
import { leastSquares } from "./linear.ts";
import { fitLogistic } from "./logistic.ts";
import type { Parameters, TrainedModel } from "./trained.ts";

/** A table that models learn from. */
export interface LearnTable {
  readonly features: readonly Feature[];
  readonly columns: FeatureColumns;
  /** Class or number of each row. */
  readonly target: Float64Array;
  /** Number of classes; 0 for numbers. */
  readonly classes: number;
  /** Bins of each feature; only trees need them. */
  readonly bins: readonly Bins[];
}

export type ModelKind = TrainedModel["model"];

/** What is learned, and by which rows. */
export interface Lesson {
  readonly kind: ModelKind;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly rows: Int32Array;
  /** Trees that are grown; the other kinds need all in one go. */
  readonly trees: { readonly from: number; readonly to: number };
  readonly onProgress: () => void;
}

/** A learned model, or some trees of one. */
export type Learned =
  | { readonly kind: "trees"; readonly trees: Trees; readonly importance: Float64Array }
  | {
      readonly kind: "boosted";
      readonly trees: Trees;
      readonly base: Float64Array;
      readonly importance: Float64Array;
    }
  | {
      readonly kind: "weights";
      readonly means: Float64Array;
      readonly scales: Float64Array;
      readonly weights: Float64Array;
    }
  | { readonly kind: "bayes"; readonly numbers: BayesNumbers };

export function learn(table: LearnTable, lesson: Lesson): Learned {
  switch (lesson.kind) {
    case "random-forest":
      return learnTrees(table, lesson);
    case "gradient-boosted-trees":
      return learnBoosted(table, lesson);
    case "naive-bayes":
      return { kind: "bayes", numbers: fitBayes({ ...table, rows: lesson.rows }) };
    case "logistic-regression":
    case "linear-regression":
    case "ridge":
      return learnWeights(table, lesson);
  }
}

function learnTrees({ features, bins, target, classes }: LearnTable, lesson: Lesson): Learned {
  const { parameters, seed, rows, trees, onProgress } = lesson;
  const isClass = classes > 0;
  const outcomes = {
    channels: isClass ? classes : 1,
    channel: isClass ? Uint8Array.from(target) : new Uint8Array(target.length),
    amount: isClass ? new Float64Array(target.length).fill(1) : target,
  };
  const options = { depth: parameters.depth ?? null, leaf: parameters.leaf ?? 1, seed };
  const grown = growTrees({ features, bins, outcomes, rows }, options, { ...trees, onTree: onProgress });
  return { kind: "trees", ...grown };
}

function learnBoosted(table: LearnTable, { parameters, seed, rows, onProgress }: Lesson): Learned {
  const { trees: rounds = 100, leaf = 20, rate = 0.1 } = parameters;
  const options = { rounds, depth: parameters.depth ?? 6, leaf, rate, seed };
  return { kind: "boosted", ...boostTrees({ ...table, rows }, options, onProgress) };
}

function learnWeights({ features, columns, target, classes }: LearnTable, lesson: Lesson): Learned {
  const { kind, parameters, rows, onProgress: onStep } = lesson;
  const design = designOf(features, columns, rows);
  const matrix = designMatrix(design, columns, rows);
  const width = design.means.length;
  const own = Float64Array.from(rows, (row) => target[row] ?? 0);
  const { means, scales } = design;
  if (kind === "logistic-regression") {
    const weights = fitLogistic({ matrix, width, target: own, classes, c: parameters.c ?? 1, onStep });
    return { kind: "weights", means, scales, weights };
  }
  const center = own.reduce((sum, value) => sum + value, 0) / own.length;
  const centered = own.map((value) => value - center);
  const alpha = kind === "ridge" ? (parameters.alpha ?? 1) : 0;
  const weights = leastSquares({ matrix, width, target: centered, alpha });
  return { kind: "weights", means, scales, weights: Float64Array.of(...weights, center) };
}
