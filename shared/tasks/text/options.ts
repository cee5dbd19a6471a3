import { z } from "zod";
import { textFileOptions } from "../../media/text/fileOptions.ts";

export const options = z.strictObject({
  ...textFileOptions,
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, "must be a two or three letter ISO 639 code such as en or eng, or null")
    .nullable()
    .default(null)
    .describe("Language of the files as ISO 639-1 or 639-3 code; null: detected for each file."),
  common_words: z.int().min(0).max(1_000).default(10).describe("Number of common words to list."),
  stop_words: z.boolean().default(true).describe("Whether stop words are left out of common_words."),
  keywords: z.int().min(0).max(200).default(10).describe("Number of keywords to list."),
  sentences: z
    .int()
    .min(0)
    .max(100_000)
    .default(1_000)
    .describe(
      "Number of sentences to list with their sentiment, from the start; scores always cover all sentences.",
    ),
  whole_text_characters: z
    .int()
    .min(0)
    .max(100_000)
    .default(5_000)
    .describe(
      "Longest text in characters that VADER scores as a whole; longer texts get the mean over their sentences.",
    ),
});

export type TextOptions = z.infer<typeof options>;
