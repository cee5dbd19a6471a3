import type { TaskDefinition } from "../task.ts";
import { TEXT_SCHEMA, type TextOptions, textOptions } from "./options.ts";
import { runText } from "./run.ts";

/** Texts in any encoding: counts, language, words, readability, sentiment. */
export const text: TaskDefinition<TextOptions> = {
  name: "text",
  title: "Text analysis",
  summary: "Reads texts in any encoding; counts words, finds language and keywords, scores sentiment.",
  field: "texts",
  dataKey: "analysis_data",
  missingFiles: "No text files provided",
  extensions: [".txt", ".md", ".text", ".log", ".csv", ".tsv", ".srt", ".html", ".xml", ".json"],
  options: textOptions,
  resultName: (stem) => `${stem}_analysis.json`,
  resultType: () => "application/json",
  schemaVersion: TEXT_SCHEMA,
  mainStep: "analyse",
  steps: { analyse: { version: 2 }, scan: { version: 2 }, block: { version: 1 }, merge: { version: 1 } },
  run: runText,
  load: async () => (await import("./process.ts")).textProcess,
};
