import { defineTask } from "../define.ts";
import { AUTO, installedLanguages } from "./languages.ts";
import { options } from "./options.ts";
import { OUTPUTS } from "./output/outputs.ts";
import { columns, result } from "./result.ts";
import { run } from "./run.ts";

/** Text of scans and photos. */
export const ocr = defineTask({
  name: "ocr",
  label: "OCR",
  title: "Text recognition",
  summary: "Reads the text of scans, photos and PDFs: words with boxes and confidence, lines, pages.",
  field: "images",
  missingFiles: "No images provided for OCR",
  extensions: [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".pdf"],
  options,
  columns,
  results: { ocr: result },
  resultName: (stem, { output }) => `${stem}_ocr.${OUTPUTS[output].ending}`,
  resultType: ({ output }) => OUTPUTS[output].type,
  // Two outputs name the file in the middle of the text.
  // A combined PDF needs the PDF of each file among the parts of its job.
  reuse: (filename, { output, combine }) => {
    if (combine) return undefined;
    return output === "hocr" || output === "alto" ? filename : "";
  },
  borrows: ["document"],
  steps: {
    recognize: { version: 8, warm: true, together: 4 },
    finish: { version: 2 },
    combine: { version: 1 },
  },
  mainStep: "recognize",
  // A TIFF may have hundreds of pages.
  budgets: { running: 1_800 },
  run,
  choices: async () => ({ languages: [...(await installedLanguages()), AUTO] }),
  load: () => import("./process.ts"),
});
