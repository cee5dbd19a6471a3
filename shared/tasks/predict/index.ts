import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { run } from "./run.ts";

/** Predictions for the rows of tables by a model of the task train. */
export const predict = defineTask({
  name: "predict",
  title: "Predictions",
  summary: "Takes tables as CSV and a model of train; gives each table with a prediction for each row.",
  field: "tables",
  otherFields: ["model"],
  namedInputs: { model: "train" },
  retriesAll: true,
  extensions: [".csv", ".tsv"],
  columns: ["rows", "skipped", "first_skipped"],
  options,
  resultName: (stem) => `${stem}_predictions.csv`,
  resultType: () => "text/csv; charset=utf-8",
  steps: {
    look: { version: 1 },
    block: { version: 1 },
    join: { version: 1 },
    overview: { version: 1 },
  },
  run,
  load: () => import("./process.ts"),
});
