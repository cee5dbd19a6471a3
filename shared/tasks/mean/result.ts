import { z } from "zod";
import { count, jobResultSchema, resultSchema } from "../fields.ts";

const TASK = { task: "mean", version: 1 };

const value = z.number().nullable();

const statistics = {
  count: count.describe("Number of values."),
  sum: value.describe("Sum of the values; null without values."),
  mean: value.describe("Mean of the values; null without values."),
  min: value.describe("Least value; null without values."),
  max: value.describe("Largest value; null without values."),
  stddev: value.describe("Sample standard deviation; null for fewer than 2 values."),
};

/** The result of the task for one file; docs/tasks/mean.md explains the fields. */
export const result = resultSchema(TASK, {
  numbers: count.describe("Number of values and missing values."),
  missing: count.describe("Number of missing values."),
  ...statistics,
});

/** `mean-<job id>.json`, the result of the job as a whole: lists have an entry for each index. */
export const jobResult = jobResultSchema(TASK, {
  files: count.describe("Number of files that were added up."),
  length: count.describe("Number of indexes."),
  ragged: z.boolean().describe("Whether files may have had different lengths."),
  overall: z.object(statistics).describe("Over all numbers of all files."),
  count: z.array(count).describe("Number of values at each index."),
  mean: z.array(value).describe("Mean of the values at each index."),
  min: z.array(value).describe("Least value at each index."),
  max: z.array(value).describe("Largest value at each index."),
  stddev: z.array(value).describe("Sample standard deviation at each index."),
});

/** Fields of the result that tables have (`results.csv`). */
export const columns = ["numbers", "missing", "count", "mean", "min", "max", "stddev"] as const;
