import { product } from "./linear.ts";

/** A function with its gradient: writes the gradient, returns the value. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

/** Steps that the estimate of the curvature is made of. */
const MEMORY = 10;
const MOST_STEPS = 1_000;

interface Step {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly rho: number;
}

/** Finds the minimum of a smooth convex function by L-BFGS (Nocedal 1980) from 0. */
export function minimize(size: number, objective: Objective, onStep: () => void): Float64Array {
  let at = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(at, gradient);
  const enough = 1e-7 * Math.max(1, norm(gradient));
  const steps: Step[] = [];
  for (let step = 0; step < MOST_STEPS && norm(gradient) > enough; step += 1) {
    const next = lineSearch({ at, gradient, value, objective }, direction(steps, gradient));
    if (next === undefined) break;
    const move = next.at.map((x, i) => x - (at[i] ?? 0));
    const change = next.gradient.map((g, i) => g - (gradient[i] ?? 0));
    const isFlat = value - next.value <= 1e-15 * Math.abs(value);
    const curvature = product(move, 0, change);
    if (curvature > 0) steps.push({ move, change, rho: 1 / curvature });
    if (steps.length > MEMORY) steps.shift();
    ({ at, gradient, value } = next);
    if (isFlat) break;
    onStep();
  }
  return at;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(product(vector, 0, vector));
}

/** The downhill direction by the two loops of L-BFGS. */
function direction(steps: readonly Step[], gradient: Float64Array): Float64Array {
  const found = gradient.map((value) => -value);
  const factors: number[] = [];
  for (const { move, change, rho } of steps.toReversed()) {
    const factor = rho * product(move, 0, found);
    factors.push(factor);
    add(found, change, -factor);
  }
  const last = steps.at(-1);
  const scale =
    last === undefined
      ? 1 / Math.max(1, norm(gradient))
      : 1 / (last.rho * product(last.change, 0, last.change));
  for (let i = 0; i < found.length; i += 1) found[i] = (found[i] ?? 0) * scale;
  for (const { move, change, rho } of steps)
    add(found, move, (factors.pop() ?? 0) - rho * product(change, 0, found));
  return found;
}

function add(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i += 1) to[i] = (to[i] ?? 0) + factor * (vector[i] ?? 0);
}

interface Point {
  readonly at: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
}

/** Halves the step until the value falls enough (Armijo); undefined when it no longer falls. */
function lineSearch(
  { at, gradient, value, objective }: Point & { readonly objective: Objective },
  way: Float64Array,
): Point | undefined {
  const slope = product(gradient, 0, way);
  for (let length = 1; length > 1e-12; length /= 2) {
    const next = at.map((x, i) => x + length * (way[i] ?? 0));
    const slopes = new Float64Array(at.length);
    const found = objective(next, slopes);
    if (found <= value + 1e-4 * length * slope) return { at: next, gradient: slopes, value: found };
  }
  return undefined;
}
