import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { result } from "./result.ts";

/** Text of scans and photos. */
export const ocr = defineTask({
  name: "ocr",
  label: "OCR",
  title: "Text recognition",
  summary: "Reads the text of scans and photos: words with boxes and confidence, lines, pages.",
  field: "images",
  missingFiles: "No images provided for OCR",
  extensions: [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp"],
  options,
  results: { ocr: result },
  steps: { recognize: { version: 4, warm: true } },
  mainStep: "recognize",
  // A TIFF may have hundreds of pages.
  budgets: { running: 1_800 },
  load: () => import("./process.ts"),
});
