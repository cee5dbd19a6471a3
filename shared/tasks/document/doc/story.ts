import { FileError } from "../../../errors.ts";
import { type DocxBlock, type ListItem, textOfBlocks } from "../docx/blocks.ts";
import type { Xml } from "../docx/xml.ts";
import type { StoryContext, WordDocument } from "./context.ts";
import type { TextRange } from "./fib.ts";
import { formData } from "./formData.ts";
import type { ParagraphLook } from "./looks.ts";
import type { BesideMark, PlacedMark } from "./marks.ts";
import { StoryText } from "./paragraph.ts";
import { TableStack } from "./table.ts";

/** Most paragraphs and cells of one document; a book has about 10,000. */
const MOST_BLOCKS = 500_000;
const PROGRESS_EVERY = 5_000;
const CELL = "\x07";
/** Stands for a list that Word 6 numbered. */
const LIST_OF_WORD_6 = 0x7ff;

/** Reads stories: the main text, notes, headers, text boxes. */
export class Stories implements StoryContext {
  readonly document: WordDocument;
  #count = 0;
  #nextMark = 0;

  constructor(document: WordDocument) {
    this.document = document;
  }

  /** The blocks of a story. @throws FileError `too_large` */
  blocks({ from: start, to }: TextRange): DocxBlock[] {
    const { text, formatting } = this.document;
    // A damaged head may state longer stories than there is text.
    const range = { from: start, to: Math.min(to, text.length) };
    const tables = new TableStack(this.document.form);
    const words = new StoryText(this);
    for (let from = range.from; from < range.to; ) {
      const end = paragraphEnd(text, from, range.to);
      words.add({ from, to: end });
      from = end + 1;
      const mark = text[end] ?? "\r";
      // A mark that a tracked change deletes joins its paragraph to the next one.
      if (end < range.to && mark === "\r" && formatting.mark(end).isDeleted) continue;
      if (from >= range.to) words.close();
      const look = formatting.paragraph(Math.min(end, range.to - 1));
      tables.take(this.#paragraph(words, look), look, mark === CELL);
    }
    return tables.end();
  }

  #paragraph(words: StoryText, look: Readonly<ParagraphLook>): DocxBlock[] {
    this.#judge();
    const { line, boxes } = words.end();
    const [text, rendered] = [line.text.trimEnd(), line.rendered.trimEnd()];
    const inBoxes = boxes.flatMap((box) => this.blocks(box).map(inTextBox));
    if (text.trim() === "" || look.isRowEnd) return inBoxes;
    const heading_level = (look.heading ?? 0) === 0 ? null : (look.heading ?? null);
    const list = this.#item(look);
    return [
      { kind: "paragraph", text, rendered, style: "", heading_level, list, in_text_box: false },
      ...inBoxes,
    ];
  }

  #item({ list, level }: Readonly<ParagraphLook>): ListItem | null {
    if (list === undefined || list <= 0 || list >= LIST_OF_WORD_6) return null;
    const label = this.document.lists.next(String(list), level);
    return label === undefined
      ? null
      : { id: String(list), level, ordered: label.ordered, label: label.text };
  }

  #judge(): void {
    this.#count += 1;
    if (this.#count % PROGRESS_EVERY === 0) this.document.progress();
    if (this.#count > MOST_BLOCKS)
      throw new FileError(
        "too_large",
        `The document has more than ${MOST_BLOCKS} paragraphs and cells. This limit is fixed; split it.`,
      );
  }

  /** Marks of characters; the main text is read in its order, and no other story has marks. */
  marksIn(from: number, to: number): readonly PlacedMark[] {
    const { marks } = this.document;
    const found: PlacedMark[] = [];
    for (let next = marks[this.#nextMark]; next !== undefined && next.at >= from && next.at < to; ) {
      found.push(next);
      this.#nextMark += 1;
      next = marks[this.#nextMark];
    }
    return found;
  }

  /** Takes a note or comment into the notes. */
  take(mark: BesideMark): void {
    const text = textOfBlocks(this.blocks(mark.range)).trim();
    const [place, author] = mark.kind === "comment" ? ["", mark.author] : [mark.label, ""];
    this.document.notes.push({ kind: mark.kind, section: 1, place, author, text });
  }

  /** What a control of a form holds. */
  formOf(place: number): Xml | undefined {
    return formData(this.document.file.data, place);
  }
}

function paragraphEnd(text: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    // The ends of a paragraph, a cell, and a page or section.
    if (code === 0x0d || code === 0x07 || code === 0x0c) return at;
  }
  return to;
}

function inTextBox(block: DocxBlock): DocxBlock {
  return block.kind === "paragraph" ? { ...block, in_text_box: true } : block;
}
