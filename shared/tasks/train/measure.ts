import type { ModelKind } from "../../ml/fitting.ts";
import { classMetrics, mean, numberMetrics } from "../../ml/metrics.ts";
import { channelsOf } from "../../ml/predicting.ts";
import type { FitRows } from "../../ml/split.ts";
import { rowSets } from "../../ml/split.ts";
import type { Metrics, Parameters } from "../../ml/trained.ts";
import type { Dataset } from "./dataset.ts";

/** Outputs of a fit for the rows that it is measured by; those of the parts of a forest are added up. */
export interface Measured {
  readonly rows: FitRows;
  readonly outputs: readonly Float64Array[];
  readonly parameters: Parameters;
  readonly kind: ModelKind;
}

export interface FitOutcome {
  readonly truth: Float64Array;
  readonly output: Float64Array;
}

/** What the fit predicted, beside the truth. */
export function outcomeOf(data: Dataset, { rows, outputs, parameters, kind }: Measured): FitOutcome {
  const { measure } = rowSets(data.groups, rows);
  const output = new Float64Array(measure.length * channelsOf(data));
  for (const part of outputs)
    part.forEach((value, at) => {
      output[at] = (output[at] ?? 0) + value;
    });
  const trees = kind === "random-forest" ? (parameters.trees ?? 1) : 1;
  return {
    truth: Float64Array.from(measure, (row) => data.target[row] ?? 0),
    output: output.map((sum) => sum / trees),
  };
}

/** Outcomes of several fits as one. */
export function joinOutcomes(outcomes: readonly FitOutcome[]): FitOutcome {
  return {
    truth: Float64Array.from(outcomes.flatMap(({ truth }) => [...truth])),
    output: Float64Array.from(outcomes.flatMap(({ output }) => [...output])),
  };
}

export function metricsOf({ classes }: Pick<Dataset, "classes">, outcome: FitOutcome): Metrics {
  return classes > 0 ? mutable(classMetrics(outcome, classes)) : mutable(numberMetrics(outcome));
}

/** The number by which points of a grid are compared: accuracy, or R2. */
export function scoreOf({ accuracy, r2 }: Metrics): number {
  return accuracy ?? r2 ?? 0;
}

export function meanScore(metrics: readonly Metrics[]): number {
  return mean(metrics.map(scoreOf));
}

/** The metrics as JSON has them. */
function mutable(metrics: object): Metrics {
  return JSON.parse(JSON.stringify(metrics)) as Metrics;
}
