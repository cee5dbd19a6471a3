import { z } from "zod";
import type { TaskDefinition } from "../task.ts";

const options = z.strictObject({
  /** Page segmentation mode of tesseract: 3 = automatic, 4 = one column, 6 = one block, 7 = one line, 11 = sparse. */
  page_mode: z.int().min(1).max(13).default(3),
});

export type OcrOptions = z.infer<typeof options>;

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
  schemaVersion: 1,
  steps: { recognize: { version: 1, warm: true } },
  mainStep: "recognize",
  load: () => import("./process.ts"),
};
