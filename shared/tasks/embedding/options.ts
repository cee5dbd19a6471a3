import { z } from "zod";
import { textFileOptions } from "../../media/text/fileOptions.ts";

const ngramRange = z
  .tuple([z.int().min(1).max(5), z.int().min(1).max(5)])
  .refine(([from, to]) => from <= to, "must not begin with the larger number: [1, 2] is right")
  .default([1, 1]);

const frequency = z
  .number()
  .min(0)
  .max(10_000_000)
  .refine(
    (limit) => limit <= 1 || Number.isInteger(limit),
    "must be a share from 0 to 1, or a whole number of documents",
  );

/**
 * Names, meanings and defaults are those of scikit-learn's TfidfVectorizer, but for `stop_words`: without a list the most
 * frequent words would lead every vector.
 */
export const options = z.strictObject({
  max_features: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe(
      "Most terms to keep: the most frequent ones over the whole job, ties in alphabetical order; null: all.",
    ),
  stop_words: z
    .union([z.literal("english"), z.array(z.string().min(1).max(100)).max(10_000), z.null()], {
      error: 'must be "english", a list of words, or null',
    })
    .default("english")
    .describe("english (scikit-learn's list), a list of your own, or null for none."),
  ngram_range: ngramRange.describe("Shortest and longest run of words that makes a term, 1..5 each."),
  sublinear_tf: z.boolean().default(false).describe("Whether a term that occurs n times counts 1 + ln(n)."),
  norm: z
    .enum(["l2", "l1"])
    .nullable()
    .default("l2")
    .describe("Scaling of each vector: to length 1 (l2), to sum 1 (l1), or none (null)."),
  min_df: frequency
    .default(1)
    .describe("Fewest documents with a term: a whole number of documents, or a share below 1."),
  max_df: frequency
    .default(1)
    .describe("Most documents with a term: a whole number of documents above 1, or a share up to 1."),
  use_idf: z.boolean().default(true).describe("Whether rare terms weigh more."),
  smooth_idf: z
    .boolean()
    .default(true)
    .describe("Whether document frequencies count one more document that has every term."),
  lowercase: z.boolean().default(true).describe("Whether upper and lower case are the same."),
  dense_limit: z
    .int()
    .min(0)
    .max(100_000)
    .default(1_000)
    .describe("Largest vector size for which vector, features and idf are written; sparse always is."),
  neighbours: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe("Number of nearest documents of the job, by cosine, in each result."),
  ...textFileOptions,
});

export type EmbeddingOptions = z.infer<typeof options>;
