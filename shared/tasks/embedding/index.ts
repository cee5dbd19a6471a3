import type { TaskDefinition } from "../task.ts";
import { EMBEDDING_SCHEMA, type EmbeddingOptions, embeddingOptions } from "./options.ts";
import { runEmbedding } from "./run.ts";

/** Texts to TF-IDF vectors over one vocabulary for the whole job, equal to scikit-learn's TfidfVectorizer. */
export const embedding: TaskDefinition<EmbeddingOptions> = {
  name: "embedding",
  title: "Text embeddings",
  summary: "Turns the texts of a job into TF-IDF vectors of one common vocabulary.",
  field: "texts",
  dataKey: "embedding_data",
  missingFiles: "No text files provided for embedding",
  extensions: [".txt", ".md", ".text", ".log", ".csv", ".tsv", ".html", ".xml", ".json"],
  options: embeddingOptions,
  resultName: (stem) => `${stem}_embedding.json`,
  resultType: () => "application/json",
  schemaVersion: EMBEDDING_SCHEMA,
  steps: { count: { version: 1 }, weights: { version: 1 }, neighbours: { version: 1 } },
  run: runEmbedding,
  load: async () => (await import("./process.ts")).embeddingProcess,
};
