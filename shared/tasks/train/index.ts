import { trainedModel } from "../../ml/trained.ts";
import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { run } from "./run.ts";

/** Models from tables: random forests, linear and logistic regression, naive Bayes; the same bytes from any number of slaves. */
export const train = defineTask({
  name: "train",
  title: "Training",
  summary: "Takes tables as CSV; gives a model that predicts one of their columns, with its metrics.",
  field: "tables",
  retriesAll: true,
  extensions: [".csv", ".tsv"],
  columns: [
    "model",
    "target.name",
    "rows.learned",
    "metrics.held_out.accuracy",
    "metrics.held_out.macro_f1",
    "metrics.held_out.mae",
    "metrics.held_out.r2",
    "metrics.cross_validation.accuracy",
    "metrics.cross_validation.r2",
  ],
  options,
  resultName: (stem) => `${stem}_model.json`,
  results: { train: trainedModel },
  steps: {
    check: { version: 1 },
    encode: { version: 1 },
    fit: { version: 1, together: 1 },
    validate: { version: 1 },
    finish: { version: 1 },
  },
  run,
  load: () => import("./process.ts"),
});
