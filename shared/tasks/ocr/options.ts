import { z } from "zod";
import { maxPages } from "../maxPages.ts";
import { OUTPUT_NAMES } from "./output/outputs.ts";

/** Modes of tesseract that read text and need no orientation data. */
const PAGE_MODES = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13] as const;
const LANGUAGES = /^(?:auto|[a-z]{3}(?:_[a-z]+)*(?:\+[a-z]{3}(?:_[a-z]+)*){0,4})$/i;

/** Options of the reading; a task that has pages read by this one passes them on. */
export const readingOptions = z.strictObject({
  page_mode: z
    .literal(PAGE_MODES)
    .default(3)
    .describe(
      "Page segmentation mode of tesseract: 3 automatic, 4 one column, 5 one vertical block, 6 one block, 7 one line, 8 one word, 9 one word in a circle, 10 one character, 11 sparse text, 13 raw line.",
    ),
  languages: z
    .string()
    .regex(
      LANGUAGES,
      'must be language codes of tesseract, at most 5, joined by +, such as "eng" or "deu+eng"; or auto alone',
    )
    .default("eng")
    .describe(
      "Language codes of tesseract joined by +; each needs its package @tesseract.js-data/<code>. auto: the language of each page is found among those of the slave.",
    ),
  preprocess: z
    .enum(["auto", "none"])
    .default("auto")
    .describe(
      "auto straightens and turns pages, and tries again what was read badly; none reads pages as they are.",
    ),
  pages: z
    .enum(["all", "first"])
    .default("all")
    .describe("Pages of a TIFF or PDF to read; of other formats the first frame is read."),
  max_pages: maxPages.describe("A PDF or TIFF with more pages is refused as too_large."),
  max_pixels: z
    .int()
    .min(1)
    .max(500_000_000)
    .default(100_000_000)
    .describe("Images with more pixels are refused as too_large."),
});

export const options = readingOptions
  .extend({
    output: z
      .enum(OUTPUT_NAMES)
      .default("json")
      .describe(
        "Format of the result: json has everything; text the text alone, a form feed between pages; tsv the table of tesseract; hocr XHTML with boxes; alto ALTO 4 XML; pdf a searchable PDF, the words unseen over the picture or over the PDF's own page.",
      ),
    dpi: z
      .int()
      .min(36)
      .max(2_400)
      .nullable()
      .default(null)
      .describe(
        "Resolution of images in pixels per inch, for the size of the pages of a PDF; null takes what an image says, 300 if it says nothing or 72 or less.",
      ),
    combine: z
      .boolean()
      .default(false)
      .describe(
        "Also one PDF of all files in the order of the upload, combined-<job>.pdf, beside the PDF of each. Only with output pdf.",
      ),
  })
  .refine(({ combine, output }) => !combine || output === "pdf", {
    path: ["combine"],
    message: "must be false: only PDFs are combined, so set output to pdf",
  });

export type OcrOptions = z.infer<typeof options>;
