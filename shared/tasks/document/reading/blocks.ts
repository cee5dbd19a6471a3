import type { Paragraph } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";

/** A paragraph of plain text; one with a level is a heading. */
export function textParagraph(form: Form, text: string, heading_level: number | null = null): Paragraph {
  const line = form.line();
  line.write(text);
  const { rendered } = line;
  return { kind: "paragraph", text, rendered, style: "", heading_level, list: null, in_text_box: false };
}

/** The footnotes and endnotes below a text. */
export function noteParagraphs(
  form: Form,
  notes: readonly { readonly kind: string; readonly place: string; readonly text: string }[],
): Paragraph[] {
  return notes
    .filter(({ kind }) => kind !== "comment")
    .map(({ place, text }) => textParagraph(form, `[${place}] ${text}`));
}
