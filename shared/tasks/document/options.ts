import { z } from "zod";
import { ocr } from "../ocr/index.ts";

export const TASK = "document";
/** Raised when a field of the result changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

/** Whole text of a document at most, unless `max_characters` says less: about 3,000 printed pages. */
const MOST_CHARACTERS = 10_000_000;

export const options = z.strictObject({
  /** Characters of text in the result at most, in every form that it has; the rest is cut and `truncated` says so. */
  max_characters: z.int().min(1).max(MOST_CHARACTERS).default(MOST_CHARACTERS),
  /** A PDF of more pages is refused as `too_large`. */
  max_pages: z.int().min(1).max(100_000).default(5_000),
  /** What comes beside the plain text: nothing, `markdown`, or `html` (sanitised). */
  format: z
    .enum(["text", "markdown", "html"], { error: "must be one of text, markdown, html" })
    .default("text"),
  /** Opens an encrypted PDF or DOCX. Ignored by files that need none. */
  password: z.string().min(1).max(255).optional(),
  /** Takes a file whose name claims another format (a DOCX named .pdf) for what it is, instead of refusing it. */
  any_name: z.boolean().default(false),
  /** Pages of a PDF without a text layer are rendered and read by the `ocr` task. */
  ocr: z.boolean().default(false),
  /** How the `ocr` task reads them. */
  ocr_options: ocr.options.prefault({}),
  /** A PDF of more pages is read in ranges of this many, by several slots. The result is the same. */
  pages_per_unit: z.int().min(1).max(10_000).default(100),
});

export type DocumentOptions = z.infer<typeof options>;
