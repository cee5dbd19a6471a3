import { defineTask } from "../define.ts";
import { extensionOf } from "./extension.ts";
import { options } from "./options.ts";
import { columns, result } from "./result.ts";
import { run } from "./run.ts";

/** Text and structure of documents. */
export const document = defineTask({
  name: "document",
  title: "Document text",
  summary:
    "Reads PDF, DOCX, DOC, XLSX, PPTX, OpenDocument, RTF, EPUB, HTML, mail, CSV, JSON, XML and text: whole text, pages, tables, notes, metadata.",
  field: "documents",
  extensions: [
    ...[".pdf", ".docx", ".doc", ".xlsx", ".xlsm", ".pptx", ".pptm", ".md", ".markdown", ".txt"],
    ...[".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".xml"],
    ...[".html", ".htm", ".xhtml", ".eml", ".mht", ".msg"],
    ...[".odt", ".ods", ".odp", ".epub", ".rtf"],
  ],
  options,
  columns,
  results: { document: result },
  secretOptions: ["password"],
  resultName: (stem) => `${stem}_document_analysis.json`,
  // The extension decides how a text is read, and whether a name fits its contents.
  reuse: extensionOf,
  borrows: ["ocr"],
  steps: {
    main: { version: 7, together: 4 },
    pages: { version: 3, together: 4 },
    picture: { version: 3, together: 4 },
    finish: { version: 1 },
    count: { version: 1 },
  },
  mainStep: "main",
  run,
  load: () => import("./process.ts"),
});
