import { z } from "zod";
import { count, percent, resultSchema } from "../fields.ts";

const number = z.int().min(1);

const bbox = z
  .object({
    x0: count.describe("Left side, in pixels."),
    y0: count.describe("Upper side, in pixels."),
    x1: count.describe("Right side, outside of the box, in pixels."),
    y1: count.describe("Lower side, outside of the box, in pixels."),
  })
  .describe("Box on the upright page, from its upper left corner.");

const word = z.object({
  text: z.string().describe("The word."),
  confidence: percent.describe("Confidence of tesseract, 0 to 100."),
  bbox,
  line: count.describe("Index of its line in `pages[].lines`, from 0."),
  page: number.describe("Number of its page, from 1."),
});

const line = z.object({
  text: z.string().describe("The line."),
  confidence: percent.describe("Confidence of tesseract, 0 to 100."),
  bbox,
});

const preparation = z.object({
  rotation: z.number().describe("Clockwise degrees by which the page was turned."),
  skew: z.number().describe("Degrees by which its lines ran downhill."),
  scale: z.number().describe("Factor by which it was enlarged."),
  thresholding: z.enum(["otsu", "adaptive", "sauvola"]).describe("Method that made it black and white."),
  levelled: z
    .boolean()
    .describe(
      "Whether words come from the page drawn anew by its differences from the ground, without ruled lines.",
    ),
});

const candidate = z.object({
  code: z.string().describe("Tesseract's code of the language."),
  confidence: percent.describe("Mean confidence with which it reads some lines of the page, 0 to 100."),
});

export const language = candidate.extend({
  certain: z.boolean().describe("Whether it was told from the page; else it is the default."),
  next: candidate.nullable().describe("The best of the other languages; null where there is none."),
});

const page = z.object({
  page: number.describe("Number of the page, from 1."),
  width: count.describe("Width in pixels, upright."),
  height: count.describe("Height in pixels, upright."),
  text: z.string().describe("Its text."),
  average_confidence: percent.describe("Mean confidence of its words, 0 to 100; 0 without words."),
  lines: z.array(line).describe("Its lines in reading order."),
  preparation: preparation
    .nullable()
    .describe(
      "What was done before the reading that was kept; null for a page of a PDF or TIFF that was not read.",
    ),
  language: language.optional().describe("The language of the page; only with `languages` auto."),
  error: z.string().optional().describe("Why the page of a PDF or TIFF was not read; absent otherwise."),
});

/** The result of the task for one file; docs/tasks/ocr.md explains the fields. */
export const result = resultSchema(
  { task: "ocr", version: 1 },
  {
    extracted_text: z.string().describe("Text of all pages, a form feed between pages."),
    word_count: count.describe("Number of pieces between white space."),
    character_count: count.describe("Number of Unicode characters, white space included."),
    average_confidence: percent.describe("Mean confidence of the words, 0 to 100; 0 without words."),
    image_size: z.array(count).length(2).describe("Width and height of the first page in pixels, upright."),
    image_mode: z
      .enum(["1", "L", "LA", "I;16", "P", "RGB", "RGBA", "CMYK"])
      .describe("Pillow's name of the colour model as stored."),
    words: z.array(word).describe("Words in reading order."),
    pages: z.array(page).describe("Pages."),
  },
);

/** Fields of the result that tables have (`results.csv`). */
export const columns = ["word_count", "average_confidence", "extracted_text"] as const;
