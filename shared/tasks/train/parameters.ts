import type { ModelKind } from "../../ml/fitting.ts";
import type { FitRows } from "../../ml/split.ts";
import type { Parameters } from "../../ml/trained.ts";
import type { JsonObject } from "../task.ts";
import type { TrainOptions } from "./options.ts";

type Name = "trees" | "depth" | "leaf" | "rate" | "alpha" | "c";

/** Parameters that a kind of model has. */
const OWN: Readonly<Record<ModelKind, readonly Name[]>> = {
  "random-forest": ["trees", "depth", "leaf"],
  "gradient-boosted-trees": ["trees", "depth", "leaf", "rate"],
  ridge: ["alpha"],
  "logistic-regression": ["c"],
  "linear-regression": [],
  "naive-bayes": [],
};

/** The points of the grid, the last parameter changing first; one point where there is no grid. */
export function pointsOf(options: TrainOptions): readonly [Parameters, ...Parameters[]] {
  let points: [Parameters, ...Parameters[]] = [{}];
  for (const name of OWN[options.model]) {
    const [first = null, ...others] = (options.grid[name] ?? [options[name]]).map((value) =>
      resolved(options.model, name, value),
    );
    const [head, ...tail] = points;
    const spread = (point: Parameters) => [first, ...others].map((value) => ({ ...point, [name]: value }));
    points = [{ ...head, [name]: first }, ...spread(head).slice(1), ...tail.flatMap(spread)];
  }
  return points;
}

/** The value of a parameter where an option leaves it to the model. */
function resolved(model: ModelKind, name: Name, value: number | null): number | null {
  if (value !== null) return value;
  const isBoosted = model === "gradient-boosted-trees";
  if (name === "depth") return isBoosted ? 6 : null;
  return isBoosted ? 20 : 1;
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
