import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { columns, jobResult, result } from "./result.ts";
import { run } from "./run.ts";

/**
 * The mean at every index over files of numbers, by a tree of exact partial sums. Each file gets a small
 * result with its own statistics; the job's results are attached: `mean-<job id>.json` and `.csv`.
 */
export const mean = defineTask({
  name: "mean",
  title: "Mean over files",
  summary: "Takes files of numbers; gives the mean, spread and extremes at every index over all of them.",
  field: "numbers",
  extensions: [".txt", ".csv", ".tsv", ".dat", ".gz"],
  options,
  columns,
  results: { mean: result, "mean-job": jobResult },
  steps: {
    describe: { version: 2 },
    sum: { version: 2 },
    merge: { version: 1 },
    json: { version: 1 },
    csv: { version: 1 },
  },
  run,
  load: () => import("./process.ts"),
});
