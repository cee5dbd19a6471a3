import { z } from "zod";

const PARTITION = "partition is a whole number from 2 to 1000.";

export const options = z.strictObject({
  partition: z
    .int(PARTITION)
    .min(2, PARTITION)
    .max(1_000, PARTITION)
    .default(5)
    .describe(
      "Number of files, and later of partial sums, that one unit adds up. The result does not depend on it.",
    ),
  ragged: z
    .boolean("ragged is true or false.")
    .default(false)
    .describe("Whether files may have different lengths; an index then counts the files that reach it."),
  missing: z
    .enum(["error", "skip"], { error: "missing is error or skip." })
    .default("error")
    .describe(
      "Meaning of words for missing values (NA, NaN, null, an empty field, …): an error, or an index without a value.",
    ),
});

export type MeanOptions = z.infer<typeof options>;
