import { type BadCell, cellReader } from "./encoding.ts";
import { largestOf } from "./metrics.ts";
import { channelsOf, modelPredictor, shapeOf } from "./predicting.ts";
import type { TrainedModel } from "./trained.ts";

/** A row by the names of its columns; missing values are null, undefined, NaN or the words for them. */
export type RowToPredict = Readonly<Record<string, string | number | null | undefined>>;

export interface RowPrediction {
  /** A label of the model's target, or a number. */
  readonly prediction: string | number;
  /** Probability of each label. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/**
 * Predicts rows with a model file; needs no master and no Node, so it works in a browser, too.
 * @throws TypeError that names the row, from 0, and the column of a value that cannot be used
 */
export function predict(model: TrainedModel, rows: readonly RowToPredict[]): RowPrediction[] {
  const shape = shapeOf(model);
  const columns = shape.features.map((feature) => {
    const read = cellReader(feature);
    return Float64Array.from(rows, (row, at) => {
      const value = read(cellOf(row[feature.name]));
      if (value === undefined)
        throw unusable(at, { column: feature.name, problem: String(row[feature.name]) });
      return value;
    });
  });
  const order = Int32Array.from(rows, (_, at) => at);
  const output = modelPredictor(model)(columns, order);
  const channels = channelsOf(shape);
  return rows.map((_, at) => predictionOf(model, output.subarray(at * channels, (at + 1) * channels)));
}

function cellOf(value: string | number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value).trim();
}

function unusable(row: number, { column, problem }: BadCell): TypeError {
  return new TypeError(`Row ${row}, column ${column}: the model cannot use ${problem}.`);
}

function predictionOf({ target: { labels } }: TrainedModel, output: Float64Array): RowPrediction {
  if (labels === undefined) return { prediction: output[0] ?? 0 };
  const probabilities = Object.fromEntries(labels.map((label, at) => [label, output[at] ?? 0]));
  return { prediction: labels[largestOf(output)] ?? "", probabilities };
}
