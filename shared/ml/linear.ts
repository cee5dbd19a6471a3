/** A matrix row by row, and the number that belongs to each row. */
export interface LeastSquares {
  readonly matrix: Float64Array;
  readonly width: number;
  readonly target: Float64Array;
  /** Penalty on the squares of the weights; 0 for none. */
  readonly alpha: number;
}

/**
 * Weights that make sum of (target - matrix x weights)^2 + alpha x sum of weights^2 least, by the normal equations and
 * one step of refinement. A column that depends on those before it gets the weight 0, which leaves the predictions as they
 * are.
 */
export function leastSquares(problem: LeastSquares): Float64Array {
  const { width, target, alpha } = problem;
  const factor = cholesky(gramOf(problem));
  const weights = solve(factor, momentOf(problem, target));
  const again = momentOf(problem, residualOf(problem, weights));
  for (let at = 0; at < width; at += 1) again[at] = (again[at] ?? 0) - alpha * (weights[at] ?? 0);
  const change = solve(factor, again);
  return weights.map((weight, at) => weight + (change[at] ?? 0));
}

/** Lower half of transposed matrix x matrix, line by line, with the penalty on the diagonal. */
function gramOf({ matrix, width, target: { length }, alpha }: LeastSquares): Float64Array[] {
  const gram = Array.from({ length: width }, (_, line) => new Float64Array(line + 1));
  for (let row = 0; row < length; row += 1) {
    const values = matrix.subarray(row * width, (row + 1) * width);
    gram.forEach((line, i) => {
      addTo(line, values, values[i] ?? 0);
    });
  }
  gram.forEach((line, i) => {
    line[i] = (line[i] ?? 0) + alpha;
  });
  return gram;
}

/** Adds `factor` times the first numbers of `values`. */
function addTo(line: Float64Array, values: Float64Array, factor: number): void {
  if (factor === 0) return;
  for (let at = 0; at < line.length; at += 1) line[at] = (line[at] ?? 0) + factor * (values[at] ?? 0);
}

function momentOf({ matrix, width }: LeastSquares, values: Float64Array): Float64Array {
  const moment = new Float64Array(width);
  values.forEach((value, row) => {
    for (let i = 0; i < width; i += 1) moment[i] = (moment[i] ?? 0) + value * (matrix[row * width + i] ?? 0);
  });
  return moment;
}

function residualOf({ matrix, width, target }: LeastSquares, weights: Float64Array): Float64Array {
  return target.map((value, row) => value - product(matrix, row * width, weights));
}

/** Sum of the products of `weights` with as many numbers of `matrix` from `start`. */
export function product(matrix: Float64Array, start: number, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += (matrix[start + i] ?? 0) * (weights[i] ?? 0);
  return sum;
}

/** Part of the diagonal that a column must keep to count as one of its own. */
const INDEPENDENT = 1e-10;

/** Lower triangular factor (Cholesky), made in place; the diagonal of a dependent column is 0. */
function cholesky(gram: Float64Array[]): readonly Float64Array[] {
  gram.forEach((line, i) => {
    for (let k = 0; k < i; k += 1) {
      const above = gram[k] ?? line;
      line[k] = quotient((line[k] ?? 0) - product(line, 0, above.subarray(0, k)), above[k]);
    }
    const whole = line[i] ?? 0;
    const left = whole - product(line, 0, line.subarray(0, i));
    line[i] = left > INDEPENDENT * whole ? Math.sqrt(left) : 0;
  });
  return gram;
}

function solve(factor: readonly Float64Array[], right: Float64Array): Float64Array {
  const found = right.slice();
  factor.forEach((line, i) => {
    found[i] = quotient((found[i] ?? 0) - product(found, 0, line.subarray(0, i)), line[i]);
  });
  for (let i = factor.length - 1; i >= 0; i -= 1) {
    const line = factor[i] ?? found;
    found[i] = quotient(found[i] ?? 0, line[i]);
    addTo(found.subarray(0, i), line, -(found[i] ?? 0));
  }
  return found;
}

/** 0 for a dependent column. */
function quotient(value: number, pivot = 0): number {
  return pivot === 0 ? 0 : value / pivot;
}
