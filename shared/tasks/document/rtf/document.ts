import { FileError } from "../../../errors.ts";
import type { DocxBlock } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import { type Line, LOOKS } from "../docx/inline/line.ts";
import type { DocumentLink, SideNote } from "../reading/reading.ts";
import { RtfTable } from "./table.ts";

/** Look of the text and heading of the paragraph that is written. */
export interface RtfStyle {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly inTable: boolean;
  readonly heading: number | null;
  /** Address of the link that the text belongs to. */
  readonly target: string | undefined;
}

/** Most paragraphs and empty cells of one document; a book has about 10,000. */
const MOST_BLOCKS = 500_000;

/** Where text goes: into the document, a note or comment, or the metadata. */
interface Note {
  readonly kind: SideNote["kind"];
  text: string;
}

/** Blocks of a document while its text arrives. */
export class RtfDocument {
  readonly blocks: DocxBlock[] = [];
  readonly notes: SideNote[] = [];
  readonly links: DocumentLink[] = [];
  readonly #form: Form;
  readonly #table: RtfTable;
  #cell: DocxBlock[] = [];
  #line: Line | undefined;
  #link: { text: string; readonly target: string } | undefined;
  #note: Note | undefined;
  /** Number of notes that have a mark in the text. */
  #marks = 0;
  #count = 0;
  #author = "";

  constructor(form: Form) {
    this.#form = form;
    this.#table = new RtfTable(form);
  }

  write(text: string, style: RtfStyle): void {
    if (this.#note !== undefined) {
      this.#note.text += text;
      return;
    }
    this.#line ??= this.#form.line();
    this.#linked(style.target, text, this.#line);
    this.#line.look((style.bold ? LOOKS.strong : 0) | (style.italic ? LOOKS.em : 0));
    this.#line.write(text);
  }

  #linked(target: string | undefined, text: string, line: Line): void {
    if (this.#link !== undefined && this.#link.target !== target) this.#endLink(line);
    if (target === undefined) return;
    if (this.#link === undefined) line.link(target);
    this.#link ??= { text: "", target };
    this.#link.text += text;
  }

  #endLink(line: Line): void {
    if (this.#link === undefined) return;
    this.links.push(this.#link);
    this.#link = undefined;
    line.link(undefined);
  }

  paragraph({ inTable, heading }: Pick<RtfStyle, "inTable" | "heading">): void {
    if (this.#note !== undefined) {
      this.#note.text += "\n";
      return;
    }
    if (!inTable) this.#endTable();
    const line = this.#line;
    this.#line = undefined;
    if (line === undefined) return;
    this.#endLink(line);
    const [text, rendered] = [line.text.trimEnd(), line.rendered.trimEnd()];
    if (text.trim() === "") return;
    this.#judge();
    const list = null;
    const to = inTable ? this.#cell : this.blocks;
    to.push({
      kind: "paragraph",
      text,
      rendered,
      style: "",
      heading_level: heading,
      list,
      in_text_box: false,
    });
  }

  tableWord(word: string): void {
    if (word === "trowd") this.#table.define();
    if (word === "clmrg") this.#table.continueCell();
    if (word === "cellx") this.#table.defineCell();
    if (word === "cell") this.#endCell();
    if (word === "row") {
      if (this.#line !== undefined || this.#cell.length > 0) this.#endCell();
      this.#table.endRow();
    }
  }

  #endCell(): void {
    this.paragraph({ inTable: true, heading: null });
    if (this.#cell.length === 0) this.#judge();
    this.#table.addCell(this.#cell);
    this.#cell = [];
  }

  #judge(): void {
    this.#count += 1;
    if (this.#count > MOST_BLOCKS)
      throw new FileError(
        "too_large",
        `The document has more than ${MOST_BLOCKS} paragraphs and empty cells. This limit is fixed; split it.`,
      );
  }

  #endTable(): void {
    // Text behind the last row starts before its paragraph ends.
    if (this.#cell.length > 0) this.#table.addCell(this.#cell.splice(0));
    const table = this.#table.end();
    if (table !== undefined) this.blocks.push(table);
  }

  startNote(kind: SideNote["kind"]): void {
    if (kind !== "comment") {
      this.#marks += 1;
      this.#line ??= this.#form.line();
      this.#line.note(`[${this.#marks}]`);
    }
    this.#note = { kind, text: "" };
  }

  author(text: string): void {
    this.#author = text;
  }

  endNote(): void {
    const note = this.#note;
    this.#note = undefined;
    if (note === undefined) return;
    const isComment = note.kind === "comment";
    const place = isComment ? "" : String(this.#marks);
    this.notes.push({
      kind: note.kind,
      section: 1,
      place,
      author: isComment ? this.#author : "",
      text: note.text.trim(),
    });
  }

  end(): void {
    this.endNote();
    this.paragraph({ inTable: false, heading: null });
    this.#endTable();
  }
}
