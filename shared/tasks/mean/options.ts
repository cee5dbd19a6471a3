import { z } from "zod";

export const options = z.strictObject({
  partition: z
    .int()
    .min(2)
    .max(1_000)
    .default(5)
    .describe(
      "Number of files, and later of partial sums, that one unit adds up. The result does not depend on it.",
    ),
  ragged: z
    .boolean()
    .default(false)
    .describe("Whether files may have different lengths; an index then counts the files that reach it."),
  missing: z
    .enum(["error", "skip"])
    .default("error")
    .describe(
      "Meaning of words for missing values (NA, NaN, null, an empty field, …): an error, or an index without a value.",
    ),
  decimal: z
    .enum(["point", "comma"])
    .default("point")
    .describe("Decimal sign of the numbers. With comma, only white space and semicolons separate numbers."),
});

export type MeanOptions = z.infer<typeof options>;
