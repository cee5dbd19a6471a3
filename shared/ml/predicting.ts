import { modelArray } from "./arrays.ts";
import { bayesShares } from "./bayes.ts";
import { designMatrix } from "./design.ts";
import type { Feature } from "./features.ts";
import type { Learned } from "./fitting.ts";
import type { TreeShape, Trees } from "./forest/trees.ts";
import { type FeatureColumns, Voters } from "./forest/vote.ts";
import { probabilitiesOf, scoresOf } from "./logistic.ts";
import type { TrainedModel } from "./trained.ts";

/** What is known of a model beside what it learned. */
export interface ModelShape {
  readonly features: readonly Feature[];
  /** Number of classes; 0 for numbers. */
  readonly classes: number;
}

/** Predicts rows: the probabilities of the classes, or one number, row after row. */
export type Predictor = (columns: FeatureColumns, rows: Int32Array) => Float64Array;

/** Number of outputs of a row. */
export function channelsOf({ classes }: ModelShape): number {
  return Math.max(1, classes);
}

export function treeShape(shape: ModelShape): TreeShape {
  return { channels: channelsOf(shape), hasSets: shape.features.map(({ kind }) => kind === "category") };
}

/** The predictor of what was learned. That of trees answers sums over its trees. */
export function predictorOf(shape: ModelShape, learned: Learned): Predictor {
  switch (learned.kind) {
    case "trees":
      return votes(shape, learned);
    case "boosted":
      return boosted(shape, learned);
    case "bayes":
      return eachRow(shape, (columns, row, into) =>
        bayesShares({ features: shape.features, columns, numbers: learned.numbers }, row, into),
      );
    case "weights":
      return weighted(shape, learned);
  }
}

type LearnedAs<Kind extends Learned["kind"]> = Extract<Learned, { kind: Kind }>;

function votes(shape: ModelShape, { trees }: LearnedAs<"trees">): Predictor {
  const trained = treeShape(shape);
  const voters = new Voters(trees, trained);
  return (columns, rows) => {
    const sums = new Float64Array(rows.length * trained.channels);
    voters.addVotes({ columns, rows, sums });
    return sums;
  };
}

/** The scores of each line of trees, as probabilities where they are those of classes. */
function boosted(shape: ModelShape, { trees, base }: LearnedAs<"boosted">): Predictor {
  const hasSets = treeShape(shape).hasSets;
  const lines = Array.from(base, (_, line) => {
    const starts = trees.starts.filter((_start, tree) => tree % base.length === line);
    return new Voters({ ...trees, starts }, { channels: 1, hasSets });
  });
  const channels = channelsOf(shape);
  return (columns, rows) => {
    const sums = lines.map((voters, line) => {
      const own = new Float64Array(rows.length).fill(base[line] ?? 0);
      voters.addVotes({ columns, rows, sums: own });
      return own;
    });
    if (shape.classes === 0) return sums[0] ?? new Float64Array(rows.length);
    const output = new Float64Array(rows.length * channels);
    const scores = new Float64Array(base.length);
    for (let at = 0; at < rows.length; at += 1) {
      sums.forEach((own, line) => {
        scores[line] = own[at] ?? 0;
      });
      probabilitiesOf(scores, output.subarray(at * channels, (at + 1) * channels));
    }
    return output;
  };
}

function eachRow(
  shape: ModelShape,
  one: (columns: FeatureColumns, row: number, into: Float64Array) => void,
): Predictor {
  const channels = channelsOf(shape);
  return (columns, rows) => {
    const output = new Float64Array(rows.length * channels);
    rows.forEach((row, at) => {
      one(columns, row, output.subarray(at * channels, (at + 1) * channels));
    });
    return output;
  };
}

function weighted(shape: ModelShape, { means, scales, weights }: LearnedAs<"weights">): Predictor {
  const { features, classes } = shape;
  const scores = new Float64Array(weights.length / (means.length + 1));
  return (columns, rows) => {
    const matrix = designMatrix({ features, means, scales }, columns, rows);
    const channels = channelsOf(shape);
    const output = new Float64Array(rows.length * channels);
    for (let at = 0; at < rows.length; at += 1) {
      const into = output.subarray(at * channels, (at + 1) * channels);
      scoresOf(matrix, at * means.length, { weights, scores });
      if (classes > 0) probabilitiesOf(scores, into);
      else into.set(scores);
    }
    return output;
  };
}

/** The predictor of a model file; for a forest the mean over its trees. */
export function modelPredictor(model: TrainedModel): Predictor {
  const shape = shapeOf(model);
  const learned = learnedOf(model);
  const predict = predictorOf(shape, learned);
  if (learned.kind !== "trees") return predict;
  const trees = learned.trees.starts.length;
  return (columns, rows) => {
    const output = predict(columns, rows);
    for (let at = 0; at < output.length; at += 1) output[at] = (output[at] ?? 0) / trees;
    return output;
  };
}

export function shapeOf({ features, target }: TrainedModel): ModelShape {
  return {
    features: features.map(({ name, kind, categories = [], others }) =>
      kind === "number" ? { name, kind } : { name, kind, categories, others },
    ),
    classes: target.labels?.length ?? 0,
  };
}

function learnedOf({ model, arrays }: TrainedModel): Learned {
  switch (model) {
    case "random-forest":
      return { kind: "trees", trees: treesOf(arrays), importance: new Float64Array(0) };
    case "gradient-boosted-trees": {
      const base = modelArray(arrays, "base", "f64");
      return { kind: "boosted", trees: treesOf(arrays), base, importance: new Float64Array(0) };
    }
    case "naive-bayes":
      return { kind: "bayes", numbers: modelArray(arrays, "numbers", "f64") };
    case "logistic-regression":
    case "linear-regression":
    case "ridge":
      return {
        kind: "weights",
        means: modelArray(arrays, "means", "f64"),
        scales: modelArray(arrays, "scales", "f64"),
        weights: modelArray(arrays, "weights", "f64"),
      };
  }
}

function treesOf(arrays: TrainedModel["arrays"]): Trees {
  return {
    starts: modelArray(arrays, "starts", "i32"),
    feature: modelArray(arrays, "feature", "i32"),
    threshold: modelArray(arrays, "threshold", "f64"),
    right: modelArray(arrays, "right", "i32"),
    sets: modelArray(arrays, "sets", "i32"),
    leaves: modelArray(arrays, "leaves", "f32"),
  };
}
