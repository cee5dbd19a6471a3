import { z } from "zod";
import { count, percent } from "../../fields.ts";
import { language } from "../../ocr/result.ts";

const number = z.int().min(1);
const date = z.string().nullable();

const formField = z.object({
  name: z.string().describe("Name of the field."),
  type: z.enum(["text", "choice", "checkbox", "radio", "signature", "button"]).describe("Kind of the field."),
  value: z.string().describe("Its value."),
});

const annotation = z.object({
  type: z.string().describe("Kind of the note."),
  author: z.string().describe("Who wrote it."),
  text: z.string().describe("Its text."),
});

const page = z.object({
  number: number.describe("Number of the page, from 1."),
  text: z.string().describe("Its text, up to `max_characters` of all pages together."),
  word_count: count.describe("Number of words of the whole page."),
  character_count: count.describe("Number of Unicode characters of the whole page."),
  has_text_layer: z.boolean().describe("False for a scan, a drawing, a blank page."),
  ocr_confidence: percent
    .nullable()
    .optional()
    .describe("Mean confidence of the words, 0 to 100; only of pages that OCR read."),
  ocr_language: language
    .optional()
    .describe("The language that OCR found on the page; only with `languages` auto in `ocr_options`."),
  width: z.number().describe("Width as shown, in points (1/72 inch)."),
  height: z.number().describe("Height as shown, in points (1/72 inch)."),
  rotation: z.number().describe("Clockwise degrees by which the page is turned to be shown."),
  form_fields: z.array(formField).describe("Fields of forms on the page."),
  annotations: z.array(annotation).describe("Comments and notes on the page."),
  links: z.array(z.string()).describe("Addresses that the page links to."),
  error: z.string().optional().describe("Why the page could not be read, or not completely."),
});

const metadata = z.object({
  title: z.string().describe("Title; empty if absent."),
  author: z.string().describe("Author; empty if absent."),
  subject: z.string().describe("Subject; empty if absent."),
  creator: z.string().describe("Program that wrote the text; empty if absent."),
  keywords: z.string().describe("Keywords; empty if absent."),
  producer: z.string().describe("Program that made the PDF; empty if absent."),
  created: date.describe("ISO 8601; null if absent."),
  modified: date.describe("ISO 8601; null if absent."),
  pdf_version: z.string().describe("Version of PDF."),
  language: z.string().describe("Language as the file says; empty if absent."),
  is_tagged: z.boolean().describe("Whether the PDF is tagged."),
  has_form: z.boolean().describe("Whether it has a form."),
  is_signed: z.boolean().describe("Whether it has signatures."),
  encryption: z.string().describe("Filter of its encryption; empty if not encrypted."),
});

/** Fields of the result of a PDF beside those of every document. */
export const pdfFields = {
  page_count: count.describe("Number of pages."),
  metadata: metadata.describe("What the file says of itself."),
  pages: z.array(page).describe("Pages."),
  pages_without_text: z.array(number).describe("Numbers of pages without a text layer."),
  damaged_pages: z.array(number).describe("Numbers of pages with an `error`."),
};
