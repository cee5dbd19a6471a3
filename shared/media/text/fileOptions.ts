import { z } from "zod";

/** Options for reading text files, common to all tasks over texts. */
export const textFileOptions = {
  encoding: z
    .string()
    .min(1)
    .max(40)
    .nullable()
    .default(null)
    .describe("Encoding of the files, by any name that iconv knows; null: detected for each file."),
  max_bytes: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(32_000_000)
    .describe("Most bytes of a file; larger ones are refused as too_large."),
};
