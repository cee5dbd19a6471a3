import { z } from "zod";
import { count, jobResultSchema, resultSchema } from "../fields.ts";

const TASK = { task: "embedding", version: 1 };

const sparse = z.object({
  indices: z.array(count).describe("Columns that are not 0, ascending."),
  values: z.array(z.number()).describe("Their values."),
  terms: z.array(z.string()).describe("Their terms."),
});

const neighbour = z.object({
  index: count.describe("Index of the document in the upload, from 0."),
  filename: z.string().describe("Name of the document."),
  similarity: z.number().min(0).max(1.000001).describe("Cosine of the two vectors, above 0 to 1."),
});

/** The result of the task for one file; docs/tasks/embedding.md explains the fields. */
export const result = resultSchema(TASK, {
  vector: z
    .array(z.number())
    .nullable()
    .describe("tf x idf, scaled by `norm`: `vector_size` numbers; null beyond `dense_limit`."),
  features: z
    .array(z.string())
    .nullable()
    .describe("Terms of the columns in order of code points; null beyond `dense_limit`."),
  vector_size: count.describe("Number of terms of the job's vocabulary."),
  non_zero_features: count.describe("Number of columns that are not 0."),
  idf: z
    .array(z.number())
    .nullable()
    .describe("Inverse document frequency of each column; null beyond `dense_limit`."),
  sparse: sparse.describe("The columns that are not 0."),
  neighbours: z
    .array(neighbour)
    .optional()
    .describe("Nearest documents first; only with the option `neighbours`."),
});

/** `vocabulary-<job id>.json`, a result of the job as a whole. */
export const vocabulary = jobResultSchema(TASK, {
  documents: count.describe("Number of documents that were counted."),
  terms: z.array(z.string()).describe("Terms in order of code points: the columns of the vectors."),
  df: z.array(count).describe("Number of documents with each term."),
  idf: z.array(z.number()).describe("Inverse document frequency of each term."),
});

/** Fields of the result that tables have (`results.csv`). */
export const columns = ["vector_size", "non_zero_features"] as const;
