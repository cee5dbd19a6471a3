import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { columns, result, vocabulary } from "./result.ts";
import { run } from "./run.ts";

/** TF-IDF vectors of texts over one vocabulary for the whole job, equal to scikit-learn's TfidfVectorizer. */
export const embedding = defineTask({
  name: "embedding",
  title: "Text embeddings",
  summary: "Turns the texts of a job into TF-IDF vectors of one common vocabulary.",
  field: "texts",
  missingFiles: "No text files provided for embedding",
  extensions: [".txt", ".md", ".text", ".log", ".csv", ".tsv", ".html", ".xml", ".json"],
  options,
  classicOptions: { max_features: 100 },
  columns,
  results: { embedding: result, "embedding-vocabulary": vocabulary },
  steps: {
    count: { version: 3 },
    fold: { version: 1 },
    vocabulary: { version: 1 },
    weights: { version: 2 },
    rows: { version: 1 },
    stack: { version: 1 },
    neighbours: { version: 1 },
  },
  run,
  load: () => import("./process.ts"),
});
