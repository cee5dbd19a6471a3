import { z } from "zod";

const columnName = z.string().min(1).max(1_000);

export const options = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(255)
    .nullable()
    .default(null)
    .describe("Name of a model among the results, or id of the job that made it; null: the model is sent."),
  on_error: z
    .enum(["fail", "skip", "missing"])
    .default("fail")
    .describe(
      "What a bad number, an unknown category or a row of another length means: the table fails (fail), the row is left out and counted (skip), or the cell counts as missing (missing).",
    ),
  keep: z
    .array(columnName)
    .max(10_000)
    .nullable()
    .default(null)
    .describe("Columns of the table to write before the prediction; null: all."),
  prediction: columnName.default("prediction").describe("Name of the column of the prediction."),
  probabilities: z
    .boolean()
    .default(true)
    .describe("Whether to write the probability of each class, as columns `probability_<class>`."),
});

export type PredictOptions = z.infer<typeof options>;
