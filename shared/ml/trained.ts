import { z } from "zod";
import { count, resultSchema, share } from "../tasks/fields.ts";

/** Version of the model file, and the task that makes it. */
export const MODEL_TASK = { task: "train", version: 1 } as const;

export const MODEL_KINDS = [
  "random-forest",
  "gradient-boosted-trees",
  "logistic-regression",
  "linear-regression",
  "ridge",
  "naive-bayes",
] as const;

/** Numbers in little-endian bytes, as base64. */
const array = z.object({
  type: z.enum(["f64", "f32", "i32"]).describe("Kind of number: its kind and bits."),
  data: z.string().describe("The numbers, the lowest byte first, as base64."),
});

const feature = z.object({
  name: z.string().describe("Name of the column."),
  kind: z.enum(["number", "category"]).describe("Whether the values are numbers or texts."),
  categories: z
    .array(z.string())
    .optional()
    .describe("Texts of a category, in order of code points: codes 1, 2, …; 0 is a missing value."),
  others: z.boolean().optional().describe("Whether rarer texts share the code after the last one."),
  missing: count.describe("Rows without a value."),
  importance: share
    .nullable()
    .describe(
      "Part of the feature in what the model learned; all add up to 1; null where the model tells none.",
    ),
});

const point = z.array(z.number()).describe("Share of false alarms, share of hits.");

/** Metrics of classes have the first fields, metrics of numbers the last ones. */
const metrics = z.object({
  rows: count.describe("Rows that were predicted."),
  accuracy: share.optional().describe("Share of the rows whose class is right."),
  macro_f1: share.optional().describe("Mean over the classes of the F1 score."),
  log_loss: z.number().optional().describe("Mean of -ln of the probability of the right class."),
  auc: share.nullable().optional().describe("Area under the ROC curve; null where a class is missing."),
  confusion: z
    .array(z.array(count))
    .optional()
    .describe("Rows by right class (lines) and predicted class, in the order of `target.labels`."),
  roc: z.array(point).nullable().optional().describe("ROC curve of two classes, at most 101 points."),
  rmse: z.number().optional().describe("Root of the mean squared error, in the unit of the target."),
  mae: z.number().optional().describe("Mean absolute error, in the unit of the target."),
  r2: z.number().nullable().optional().describe("1 - squared errors / squared distances from the mean."),
});

const parameters = z.object({
  trees: count.optional().describe("Trees of the forest, or rounds of boosted trees."),
  depth: count.nullable().optional().describe("Most branches from root to leaf; null: no limit."),
  leaf: count.optional().describe("Fewest rows of a leaf."),
  rate: z.number().optional().describe("Part of each boosted tree that counts."),
  alpha: z.number().optional().describe("Penalty of ridge."),
  c: z.number().optional().describe("Inverse of the penalty of logistic regression."),
});

/** `<name>_model.json`; docs/tasks/train.md explains the fields. */
export const trainedModel = resultSchema(MODEL_TASK, {
  model: z.enum(MODEL_KINDS).describe("Kind of the model."),
  target: z
    .object({
      name: z.string().describe("Name of the column."),
      labels: z.array(z.string()).optional().describe("Classes, in the order of the probabilities."),
    })
    .describe("What it predicts: one of the labels, or a number."),
  features: z.array(feature).describe("The columns that it needs."),
  left_out: z
    .array(
      z.object({ name: z.string().describe("Name of the column."), reason: z.string().describe("Why.") }),
    )
    .describe("Columns that it does not use, and why."),
  rows: z
    .object({
      learned: count.describe("Rows that the model learned from."),
      without_target: count.describe("Rows that were left out because their target is missing."),
    })
    .describe("Rows of the tables."),
  parameters: parameters.describe("Parameters of the model, the chosen ones where there was a grid."),
  metrics: z
    .object({
      held_out: metrics
        .nullable()
        .describe("Of a model like this one that never saw these rows; null with `test_share` 0."),
      cross_validation: metrics
        .nullable()
        .describe("Over the folds, each predicted by a model of the others; null without folds."),
      folds: z.array(z.number()).describe("Accuracy (R2 for numbers) of each fold."),
    })
    .describe("How good models like this one are for rows that they did not learn from."),
  search: z
    .array(
      z.object({
        parameters: parameters.describe("The point."),
        score: z.number().describe("Mean over the folds."),
      }),
    )
    .describe("Points of the grid, each with its mean accuracy (R2 for numbers) over the folds."),
  provenance: z
    .object({
      version: z.string().describe("Version of manyhands."),
      seed: count.describe("Seed of all that is random."),
      options: z.record(z.string(), z.unknown()).describe("Options of the job."),
      files: z
        .array(
          z.object({
            filename: z.string().describe("Name of the table."),
            input_sha256: z.string().describe("SHA-256 of the table, lower-case hex."),
            rows: count.describe("Rows with a target."),
          }),
        )
        .describe("The tables, in their order."),
    })
    .describe("What the model was made from."),
  arrays: z.record(z.string(), array).describe("The numbers of the model; docs/tasks/train.md lists them."),
});

export type TrainedModel = z.infer<typeof trainedModel>;
export type Metrics = z.infer<typeof metrics>;
export type Parameters = z.infer<typeof parameters>;
export type ModelArrays = TrainedModel["arrays"];
