import type { ModelKind } from "../../ml/fitting.ts";
import type { FitRows } from "../../ml/split.ts";
import type { Parameters } from "../../ml/trained.ts";
import type { JsonObject } from "../task.ts";
import type { TrainOptions } from "./options.ts";

type Name = "trees" | "depth" | "leaf" | "alpha" | "c";

/** Parameters that a kind of model has. */
const OWN: Readonly<Record<ModelKind, readonly Name[]>> = {
  "random-forest": ["trees", "depth", "leaf"],
  ridge: ["alpha"],
  "logistic-regression": ["c"],
  "linear-regression": [],
  "naive-bayes": [],
};

/** The points of the grid, the last parameter changing first; one point where there is no grid. */
export function pointsOf(options: TrainOptions): readonly [Parameters, ...Parameters[]] {
  let points: [Parameters, ...Parameters[]] = [{}];
  for (const name of OWN[options.model]) {
    const [first = options[name], ...others] = options.grid[name] ?? [options[name]];
    const [head, ...tail] = points;
    const spread = (point: Parameters) => [first, ...others].map((value) => ({ ...point, [name]: value }));
    points = [{ ...head, [name]: first }, ...spread(head).slice(1), ...tail.flatMap(spread)];
  }
  return points;
}

/** Number of folds: a grid needs some. */
export function foldsOf(options: TrainOptions): number {
  return options.folds === 0 && pointsOf(options).length > 1 ? 5 : options.folds;
}

/** One unit of a fit: all of it, or some trees of a forest. */
export interface FitUnit {
  readonly rows: FitRows;
  /** Index of the point of the grid. */
  readonly point: number;
  readonly from: number;
  readonly to: number;
}

export function fitArgs({ rows, point, from, to }: FitUnit): JsonObject {
  return { rows, point, from, to };
}
