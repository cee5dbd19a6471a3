import { defineTask } from "../define.ts";
import { FORMATS, options } from "./options.ts";

/** Grayscale images by Rec. 601 luma. */
export const image = defineTask({
  name: "image",
  title: "Grayscale images",
  summary: "Turns images upright and gray (Rec. 601 luma), keeping transparency and 16 bits.",
  field: "images",
  extensions: [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".svg", ".bmp"],
  options,
  columns: [
    "width",
    "height",
    "format",
    "bits",
    "has_alpha",
    "pages",
    "source.format",
    "source.width",
    "source.height",
  ],
  resultName: (stem, { format }) => `processed_${stem}.${FORMATS[format].extension}`,
  resultType: ({ format }) => FORMATS[format].type,
  reuse: () => "",
  steps: { grayscale: { version: 3 } },
  mainStep: "grayscale",
  load: () => import("./process.ts"),
});
