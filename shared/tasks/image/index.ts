import type { TaskDefinition } from "../task.ts";
import { FORMATS, type ImageOptions, imageOptions } from "./options.ts";

/** Images to gray by Rec. 601 luma. */
export const image: TaskDefinition<ImageOptions> = {
  name: "image",
  title: "Grayscale images",
  summary: "Turns images upright and gray (Rec. 601 luma), keeping transparency and 16 bits.",
  field: "images",
  dataKey: "image_data",
  missingFiles: "No images provided",
  extensions: [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".svg", ".bmp"],
  options: imageOptions,
  resultName: (stem, { format }) => `processed_${stem}.${FORMATS[format].extension}`,
  resultType: ({ format }) => FORMATS[format].type,
  schemaVersion: 1,
  steps: { grayscale: { version: 2 } },
  mainStep: "grayscale",
  load: () => import("./process.ts"),
};
