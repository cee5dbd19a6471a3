import type { TaskDefinition } from "../task.ts";
import { type OcrOptions, options, SCHEMA_VERSION } from "./options.ts";

/** Text of scans and photos. */
export const ocr: TaskDefinition<OcrOptions> = {
  name: "ocr",
  title: "Text recognition",
  summary: "Reads the text of scans and photos: words with boxes and confidence, lines, pages.",
  field: "images",
  dataKey: "ocr_data",
  missingFiles: "No images provided for OCR",
  extensions: [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp"],
  options,
  resultName: (stem) => `${stem}_ocr.json`,
  resultType: () => "application/json",
  schemaVersion: SCHEMA_VERSION,
  steps: { recognize: { version: 4, warm: true } },
  mainStep: "recognize",
  // Hundreds of pages in one TIFF take their time.
  budgets: { running: 1_800 },
  load: () => import("./process.ts"),
};
