import { z } from "zod";

/** How the files of texts are read; tasks over texts have them in common. */
export const textFileOptions = {
  encoding: z
    .string()
    .min(1)
    .max(40)
    .nullable()
    .default(null)
    .describe("Encoding of the files, by any name that iconv knows; null: found out for each file."),
  max_bytes: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(32_000_000)
    .describe("Bytes beyond which a file is refused as too_large."),
};
