import { z } from "zod";
import { maxPages } from "../maxPages.ts";
import { readingOptions } from "../ocr/options.ts";

/** Highest value of `max_characters`: about 3,000 printed pages. */
const MOST_CHARACTERS = 10_000_000;

export const options = z.strictObject({
  max_characters: z
    .int()
    .min(1)
    .max(MOST_CHARACTERS)
    .default(MOST_CHARACTERS)
    .describe(
      "Most characters of text in the result, in each of its forms; longer texts are cut and truncated is true.",
    ),
  max_pages: maxPages,
  format: z
    .enum(["text", "markdown", "html"])
    .default("text")
    .describe("Form of the text beside the plain text: none, markdown, or html (sanitised)."),
  style_map: z
    .array(z.string().min(1).max(500))
    .max(200)
    .default([])
    .describe(
      "Rules of the library mammoth for the HTML of a DOCX, such as `p[style-name='Quote'] => blockquote`. With rules, mammoth makes the HTML: tracked changes, equations and forms then follow its reading.",
    ),
  password: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("Opens an encrypted PDF, DOCX or DOC. Ignored by files that need none."),
  attachments: z
    .enum(["list", "read"])
    .default("list")
    .describe(
      "Files inside of a mail: listed, or read themselves, each as a section of the text and with a result of its own.",
    ),
  archives: z
    .enum(["list", "read"])
    .optional()
    .describe(
      "Zip and tar archives that are no documents: their files listed, or read themselves, each with a result of its own. Absent: refused.",
    ),
  any_name: z
    .boolean()
    .default(false)
    .describe(
      "Accepts a file whose name has the extension of another format (a DOCX named .pdf) instead of refusing it.",
    ),
  order: z
    .enum(["content", "reading"])
    .default("reading")
    .describe(
      "Order of a PDF's lines: as a reader of the page goes (columns one after the other, tables row by row), or as the file has them.",
    ),
  ocr: z
    .boolean()
    .default(false)
    .describe("Pages of a PDF without a text layer are rendered and read by the ocr task."),
  ocr_options: readingOptions.prefault({}).describe("Options of the ocr task for these pages."),
  pages_per_unit: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe(
      "A PDF of more pages is read in ranges of this many, by several slots. The result is the same.",
    ),
});

export type DocumentOptions = z.infer<typeof options>;
