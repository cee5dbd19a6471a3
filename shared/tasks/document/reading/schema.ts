import { z } from "zod";
import { count } from "../../fields.ts";
import { edge } from "../docx/schema.ts";
import { SECTION_KINDS } from "./reading.ts";

const number = z.int().min(1);
const text = z.string().describe("Its text.");
const date = z.string().nullable();

const metadata = z.object({
  title: z.string().describe("Title; empty if absent."),
  author: z.string().describe("Author or sender; empty if absent."),
  subject: z.string().describe("Subject; empty if absent."),
  creator: z.string().describe("Program; empty if absent."),
  keywords: z.string().describe("Keywords; empty if absent."),
  description: z.string().describe("Description; empty if absent."),
  language: z.string().describe("Language as the file says; empty if absent."),
  created: date.describe("ISO 8601; null if absent."),
  modified: date.describe("ISO 8601; null if absent."),
  category: z.string().optional().describe("Category, of office files."),
  company: z.string().optional().describe("Company, of office files."),
  last_modified_by: z.string().optional().describe("Who saved it last, of office files."),
  publisher: z.string().optional().describe("Publisher, of books."),
  identifier: z.string().optional().describe("Identifier, of books, and Message-ID of mails."),
  to: z.string().optional().describe("Recipients of a mail."),
  cc: z.string().optional().describe("Recipients of copies of a mail."),
  bcc: z.string().optional().describe("Hidden recipients of a mail."),
  reply_to: z.string().optional().describe("Where answers to a mail go."),
  in_reply_to: z.string().optional().describe("Message-ID of the mail that it answers."),
});

const section = z.object({
  number: number.describe("From 1, in the order of the file."),
  kind: z.enum(SECTION_KINDS).describe("Kind of part; `text` in formats without parts."),
  title: z.string().describe("Name of a sheet, title of a slide or chapter, name of a file."),
  hidden: z.boolean().describe("Whether its program hides it."),
  text,
  word_count: count.describe("Number of words of the whole section."),
  character_count: count.describe("Number of Unicode characters of the whole section."),
});

const merged = z.object({
  row: number.describe("Row of its first cell, from 1, as in `row_numbers`."),
  column: number.describe("Column of its first cell, from 1."),
  row_span: number.describe("Number of rows that it covers."),
  column_span: number.describe("Number of columns that it covers."),
});

const table = z
  .object({
    section: number.describe("Number of its section."),
    name: z.string().describe("Name of the sheet; empty elsewhere."),
    row_count: count.describe("Number of rows with content, also where `rows` has fewer."),
    column_count: count.describe("Number of columns of its widest row."),
    head_rows: count.describe("Number of rows at its start that the file states to be its head."),
    rows: z.array(z.array(z.string())).describe("Texts of the cells by row, as shown."),
    row_numbers: z.array(number).describe("Number of each of the rows in the file."),
    merged: z.array(merged).describe("Merged cells; their text is in the first one."),
    hidden_rows: z.array(number).describe("Numbers of hidden rows with content."),
    hidden_columns: z.array(number).describe("Numbers of hidden columns."),
  })
  .meta({ id: "PlainTable" });

const link = z.object({
  text: z.string().describe("Text of the link, or the cell of a sheet."),
  target: z.string().describe("Address. It is never opened."),
});

const note = z.object({
  kind: z.enum(["comment", "note", "footnote", "endnote"]).describe("Kind of note."),
  section: number.describe("Number of its section."),
  place: z.string().describe("Cell of a sheet, or mark in the text."),
  author: z.string().describe("Who wrote it; empty if absent."),
  text,
});

const attachment = z.object({
  filename: z.string().describe("Name of the file."),
  media_type: z.string().describe("Media type as stated, or by its content."),
  bytes: count.describe("Size of the file, in bytes."),
  error: z.string().optional().describe("Reason why it was not read."),
  result: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe(
      "Of a file that was read, the fields of its own result, as of a document of its kind, with `format: text`; null where the results before it have taken the room.",
    ),
});

const leftOut = z.object({
  kind: z.string().describe("Kind of content."),
  count: number.describe("Number of these."),
});

/** Fields of the result of all kinds but PDF, DOCX and plain text, beside those of every document. */
export const readingShape = {
  media_type: z.string().describe("Media type."),
  encoding: z.string().optional().describe("Encoding of a text, as IANA registers it, in lower case."),
  metadata: metadata.describe("What the file says of itself."),
  section_count: count.describe("Number of sections."),
  sections: z.array(section).describe("Sheets, slides, chapters, messages, files."),
  table_count: count.describe("Number of tables."),
  tables: z.array(table).describe("Tables in the order of the text."),
  links: z.array(link).describe("Links."),
  notes: z.array(note).describe("Comments and notes."),
  headers: z.array(edge).optional().describe("Headers by section, of old Word documents."),
  footers: z.array(edge).optional().describe("Footers by section, of old Word documents."),
  attachments: z.array(attachment).describe("Files inside the file."),
  left_out: z.array(leftOut).describe("Content that was not read, and rows that `tables` lacks."),
};
