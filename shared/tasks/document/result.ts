import { z } from "zod";
import { count, resultSchema } from "../fields.ts";
import { docxFields } from "./docx/schema.ts";
import { pdfFields } from "./pdf/schema.ts";
import { READING_TYPES } from "./reading/reading.ts";
import { readingShape } from "./reading/schema.ts";

const TASK = { task: "document", version: 1 };

const text = {
  text_content: z.string().describe("The whole text, up to `max_characters`."),
  word_count: count.describe("Number of words of the whole text, as `wc -w` counts them."),
  character_count: count.describe("Number of Unicode characters of the whole text."),
  truncated: z.boolean().describe("Whether the whole text is longer than `max_characters`."),
  markdown: z.string().optional().describe("The text as Markdown; only with `format: markdown`."),
  html: z.string().optional().describe("The text as sanitised HTML; only with `format: html`."),
};

const pdf = resultSchema(TASK, {
  document_type: z.literal("PDF").describe("Kind of the document."),
  ...text,
  ...pdfFields,
});

const docx = resultSchema(TASK, {
  document_type: z.literal("DOCX").describe("Kind of the document."),
  ...text,
  ...docxFields,
});

const plain = resultSchema(TASK, {
  document_type: z.literal("Generic Text").describe("Kind of the document."),
  ...text,
  media_type: z
    .enum(["text/markdown", "text/plain", "application/json", "application/xml"])
    .describe("Markdown, JSON or XML by its content, else plain text."),
  line_count: count.describe("Number of lines."),
  encoding: z.string().describe("Encoding as IANA registers it, in lower case."),
  file_size_bytes: count.describe("Size of the file, in bytes."),
});

const reading = resultSchema(TASK, {
  document_type: z.enum(READING_TYPES).describe("Kind of the document."),
  ...text,
  ...readingShape,
});

/** The result of the task for one file; docs/tasks/document.md explains the fields. */
export const result = z.discriminatedUnion("document_type", [pdf, docx, plain, reading]);

/** Fields of the result that tables have (`results.csv`). */
export const columns = ["document_type", "word_count", "character_count", "page_count", "truncated"] as const;
