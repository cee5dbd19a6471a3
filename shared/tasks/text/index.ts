import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { columns, result } from "./result.ts";
import { run } from "./run.ts";

/** Texts in any encoding: counts, language, words, readability, sentiment. */
export const text = defineTask({
  name: "text",
  title: "Text analysis",
  summary: "Reads texts in any encoding; counts words, finds language and keywords, scores sentiment.",
  field: "texts",
  dataKey: "analysis_data",
  missingFiles: "No text files provided",
  extensions: [".txt", ".md", ".text", ".log", ".csv", ".tsv", ".srt", ".html", ".xml", ".json"],
  options,
  columns,
  results: { text: result },
  resultName: (stem) => `${stem}_analysis.json`,
  reuse: () => "",
  mainStep: "analyse",
  steps: { analyse: { version: 5 }, scan: { version: 6 }, block: { version: 2 }, merge: { version: 2 } },
  run,
  load: () => import("./process.ts"),
});
