import { z } from "zod";
import { count } from "../../fields.ts";

const number = z.int().min(1);
const text = z.string().describe("Its text.");
const date = z.string().nullable();

const listItem = z.object({
  id: z.string().describe("Id of the list."),
  level: count.describe("Level in the list, from 0."),
  ordered: z.boolean().describe("Whether the list is numbered."),
  label: z.string().describe("Label as printed, such as `2.` or `b)`."),
});

const paragraph = z.object({
  text,
  style: z.string().describe("Name of its style."),
  heading_level: z.int().min(1).max(9).nullable().describe("1 to 9 for a heading, else null."),
  list: listItem.nullable().describe("Its place in a list, else null."),
  in_text_box: z.boolean().describe("Whether it stands in a text box."),
});

const cell = z.object({
  text,
  column_span: number.describe("Number of columns that it covers."),
  row_span: number.describe("Number of rows that it covers."),
  get tables() {
    return z.array(table).describe("Tables inside the cell.");
  },
});

const table = z.object({ rows: z.array(z.array(cell)).describe("Cells by row.") }).meta({ id: "DocxTable" });

const list = z.object({
  ordered: z.boolean().describe("Whether the list is numbered."),
  items: z
    .array(
      z.object({
        level: count.describe("Level in the list, from 0."),
        label: z.string().describe("Label as printed."),
        text,
      }),
    )
    .describe("Its items."),
});

/** A header or footer. */
export const edge = z.object({
  type: z.enum(["default", "first", "even"]).describe("Pages of the section that show it."),
  section: number.describe("Number of the section, from 1."),
  text,
});

const note = z.object({
  id: z.string().describe("Id of the note."),
  mark: z.string().describe("Mark in the text, such as `[1]`; empty without a reference."),
  text,
});

const comment = z.object({
  id: z.string().describe("Id of the comment."),
  author: z.string().describe("Who wrote it."),
  initials: z.string().describe("Initials of the author."),
  date: date.describe("ISO 8601; null if absent."),
  text,
});

const graphic = z.object({
  kind: z.enum(["chart", "diagram"]).describe("Kind of the drawing."),
  title: z.string().describe("Title of a chart."),
  text: z.string().describe("Titles, series and points, or the text of the boxes."),
});

const leftOut = z.object({
  kind: z.string().describe("Kind and name, such as `object Equation.3`."),
  count: number.describe("Number of these."),
});

const outside = z.object({
  type: z.string().describe("Kind of the target, such as hyperlink."),
  target: z.string().describe("Address. It is never opened."),
});

const metadata = z.object({
  title: z.string().describe("Title; empty if absent."),
  author: z.string().describe("Author; empty if absent."),
  subject: z.string().describe("Subject; empty if absent."),
  creator: z.string().describe("Program; empty if absent."),
  keywords: z.string().describe("Keywords; empty if absent."),
  description: z.string().describe("Description; empty if absent."),
  category: z.string().describe("Category; empty if absent."),
  language: z.string().describe("Language; empty if absent."),
  company: z.string().describe("Company; empty if absent."),
  last_modified_by: z.string().describe("Who saved it last; empty if absent."),
  revision: z.int().nullable().describe("Number of times that it was saved; null if absent."),
  created: date.describe("ISO 8601; null if absent."),
  modified: date.describe("ISO 8601; null if absent."),
  stored_page_count: z.int().nullable().describe("Pages as the program last stored them; null if absent."),
});

/** Fields of the result of a DOCX beside those of every document. */
export const docxFields = {
  paragraph_count: count.describe("Number of paragraphs of the body."),
  table_count: count.describe("Number of tables of the body."),
  paragraphs: z.array(paragraph).describe("Paragraphs of the body."),
  tables: z.array(table).describe("Tables of the body."),
  lists: z.array(list).describe("Runs of list items that follow each other."),
  metadata: metadata.describe("What the file says of itself."),
  headers: z.array(edge).describe("Headers by section."),
  footers: z.array(edge).describe("Footers by section."),
  footnotes: z.array(note).describe("Footnotes."),
  endnotes: z.array(note).describe("Endnotes."),
  comments: z.array(comment).describe("Comments."),
  text_boxes: z.array(z.string()).describe("Texts of text boxes."),
  graphics: z.array(graphic).describe("Charts and diagrams."),
  left_out: z.array(leftOut).describe("Content that was not read."),
  outside: z.array(outside).describe("All external targets of the file."),
};
