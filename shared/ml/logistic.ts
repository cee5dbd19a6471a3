import { minimize } from "./lbfgs.ts";

export interface LogisticProblem {
  /** Row by row. */
  readonly matrix: Float64Array;
  readonly width: number;
  /** Class of each row. */
  readonly target: Float64Array;
  readonly classes: number;
  /** Inverse of the penalty on the weights, as in scikit-learn. */
  readonly c: number;
  readonly onStep: () => void;
}

/**
 * Weights of a logistic regression with the penalty sum of weights^2 / (2 c): for each line its weights and then its
 * intercept, which is not penalised. Two classes have one line; more have one each (softmax).
 */
export function fitLogistic(problem: LogisticProblem): Float64Array {
  const { width, classes, onStep } = problem;
  const lines = classes === 2 ? 1 : classes;
  const scores = new Float64Array(lines);
  const objective = (weights: Float64Array, gradient: Float64Array) => {
    let loss = penalty(problem, weights, gradient);
    for (let row = 0; row < problem.target.length; row += 1) {
      scoresOf(problem.matrix, row * width, { weights, scores });
      const actual = problem.target[row] ?? 0;
      loss += lines === 1 ? lossOfTwo(scores, actual) : lossOfMany(scores, actual);
      addRow(gradient, problem.matrix, { start: row * width, factors: scores });
    }
    return loss;
  };
  return minimize(lines * (width + 1), objective, onStep);
}

/** Score of each line for the row that begins at `start`. */
export function scoresOf(
  matrix: Float64Array,
  start: number,
  { weights, scores }: { readonly weights: Float64Array; readonly scores: Float64Array },
): void {
  const width = weights.length / scores.length - 1;
  let at = 0;
  for (let line = 0; line < scores.length; line += 1) {
    let sum = 0;
    for (let i = 0; i < width; i += 1, at += 1) sum += (matrix[start + i] ?? 0) * (weights[at] ?? 0);
    scores[line] = sum + (weights[at] ?? 0);
    at += 1;
  }
}

/** Turns the scores of the lines into a probability for each class. */
export function probabilitiesOf(scores: Float64Array, into: Float64Array): void {
  if (scores.length === 1) {
    into[1] = sigmoid(scores[0] ?? 0);
    into[0] = sigmoid(-(scores[0] ?? 0));
    return;
  }
  const most = Math.max(...scores);
  let sum = 0;
  scores.forEach((score, at) => {
    into[at] = Math.exp(score - most);
    sum += into[at] ?? 0;
  });
  for (let at = 0; at < scores.length; at += 1) into[at] = (into[at] ?? 0) / sum;
}

function sigmoid(score: number): number {
  return score >= 0 ? 1 / (1 + Math.exp(-score)) : Math.exp(score) / (1 + Math.exp(score));
}

/** Begins the gradient with that of the penalty. */
function penalty({ width, c }: LogisticProblem, weights: Float64Array, gradient: Float64Array): number {
  let squares = 0;
  weights.forEach((weight, at) => {
    const isIntercept = at % (width + 1) === width;
    gradient[at] = isIntercept ? 0 : weight / c;
    if (!isIntercept) squares += weight * weight;
  });
  return squares / (2 * c);
}

/** Replaces the score by the slope of the loss. */
function lossOfTwo(scores: Float64Array, actual: number): number {
  const score = scores[0] ?? 0;
  scores[0] = sigmoid(score) - actual;
  return Math.max(score, 0) - score * actual + Math.log1p(Math.exp(-Math.abs(score)));
}

function lossOfMany(scores: Float64Array, actual: number): number {
  const own = scores[actual] ?? 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let line = 0; line < scores.length; line += 1) most = Math.max(most, scores[line] ?? 0);
  let sum = 0;
  for (let line = 0; line < scores.length; line += 1) {
    const share = Math.exp((scores[line] ?? 0) - most);
    scores[line] = share;
    sum += share;
  }
  for (let line = 0; line < scores.length; line += 1)
    scores[line] = (scores[line] ?? 0) / sum - (line === actual ? 1 : 0);
  return most + Math.log(sum) - own;
}

/** Adds to the gradient of each line its factor times the row that begins at `start`. */
function addRow(
  gradient: Float64Array,
  matrix: Float64Array,
  { start, factors }: { readonly start: number; readonly factors: Float64Array },
): void {
  const width = gradient.length / factors.length - 1;
  let at = 0;
  for (let line = 0; line < factors.length; line += 1) {
    const factor = factors[line] ?? 0;
    for (let i = 0; i < width; i += 1, at += 1)
      gradient[at] = (gradient[at] ?? 0) + factor * (matrix[start + i] ?? 0);
    gradient[at] = (gradient[at] ?? 0) + factor;
    at += 1;
  }
}
