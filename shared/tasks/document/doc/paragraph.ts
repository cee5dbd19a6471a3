import { WordFields } from "../docx/inline/fields.ts";
import { shownWithoutResult } from "../docx/inline/instructions.ts";
import type { Line } from "../docx/inline/line.ts";
import { symbolOf, symbolText } from "../docx/inline/symbols.ts";
import type { Xml } from "../docx/xml.ts";
import { addressOf } from "../reading/hyperlink.ts";
import type { StoryContext } from "./context.ts";
import type { TextRange } from "./fib.ts";
import type { StyledRun } from "./formatting.ts";
import type { NoteMark, PlacedMark, TextMark } from "./marks.ts";

/** Characters that stand for something else (MS-DOC 2.4.1), and for others. */
const PICTURE = "\x01";
const NOTE = "\x02";
const [FIELD, RESULT, FIELD_END] = ["\x13", "\x14", "\x15"] as const;
const SIGNS: Readonly<Record<string, string>> = {
  ...{ "\t": "\t", "\n": "\n", "\x0b": "\n", "\x0e": "\n", "\x1e": "\u2011" },
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that stand for something else.
const CONTROL = /([\x00-\x1f])/;

/** The text of one story, paragraph by paragraph. Fields may span many of them. */
export class StoryText {
  readonly #context: StoryContext;
  readonly #fields = new WordFields();
  /** What the control of a form holds whose field began last. */
  #form: { readonly name: string; readonly attributes: Record<string, string>; readonly children: Xml[] };
  #line: Line;
  #link: { text: string; readonly target: string } | undefined;
  #boxes: TextRange[] = [];
  /** Marks of the run that is read. */
  #marks: readonly PlacedMark[] = [];

  constructor(context: StoryContext) {
    this.#context = context;
    this.#line = context.document.form.line();
    this.#form = emptyForm();
  }

  /** Adds text to the paragraph. */
  add(range: TextRange): void {
    for (const run of this.#context.document.formatting.runs(range)) {
      this.#marks = this.#context.marksIn(run.from, run.from + run.text.length);
      if (run.look.isHidden || run.look.isDeleted) continue;
      this.#line.look(run.look.looks);
      if (run.look.symbol === undefined) this.#run(run);
      else this.#symbols(run);
      for (const { mark } of this.#marks) this.#place(mark);
    }
    // The mark that ends the paragraph may be one of these, too.
    for (const { mark } of this.#context.marksIn(range.from, range.to + 1)) this.#place(mark);
  }

  /** Ends the paragraph. @returns its line, and the text boxes that are anchored to it */
  end(): { readonly line: Line; readonly boxes: readonly TextRange[] } {
    this.#endLink();
    const ended = { line: this.#line, boxes: this.#boxes };
    this.#line = this.#context.document.form.line();
    this.#boxes = [];
    return ended;
  }

  /** Ends all fields; words that damaged ones held back are text. */
  close(): void {
    this.#line.write(this.#fields.close());
  }

  #run({ from, text, look }: StyledRun): void {
    const font = this.#context.document.formatting.symbolFont(look.font);
    let at = from;
    for (const part of text.split(CONTROL)) {
      if (part === NOTE) this.#note(at);
      else if (part.length === 1 && part < " ") this.#control(part, look.data);
      else this.#say(font === undefined ? part : symbolText(font, part));
      at += part.length;
    }
  }

  #symbols({ text, look: { symbol } }: StyledRun): void {
    if (symbol === undefined) return;
    const font = this.#context.document.formatting.fontName(symbol.font);
    this.#say(symbolOf(font, symbol.code).repeat(text.length));
  }

  #control(sign: string, data: number | undefined): void {
    if (sign === FIELD) this.#beginField();
    else if (sign === RESULT) this.#separate();
    else if (sign === FIELD_END) this.#endField();
    else if (sign === PICTURE) this.#readForm(data);
    else {
      const shown = SIGNS[sign];
      if (shown !== undefined) this.#say(shown);
    }
  }

  #beginField(): void {
    this.#form = emptyForm();
    this.#fields.begin(this.#form);
  }

  #readForm(data: number | undefined): void {
    const form = data === undefined || !this.#fields.isHidden ? undefined : this.#context.formOf(data);
    if (form !== undefined) this.#form.children.push(form);
  }

  #separate(): void {
    const target = addressOf(this.#fields.separate()?.instruction ?? "");
    if (target === undefined || this.#fields.isHidden) return;
    this.#endLink();
    this.#line.link(target);
    this.#link = { text: "", target };
  }

  #endField(): void {
    const field = this.#fields.end();
    if (field === undefined) return;
    if (/^\s*EMBED\s/i.test(field.instruction)) this.#context.document.leftOut.add("embedded object");
    if (addressOf(field.instruction) !== undefined) this.#endLink();
    if (!field.isShown) this.#say(shownWithoutResult(field));
  }

  #endLink(): void {
    if (this.#link === undefined) return;
    this.#context.document.links.push(this.#link);
    this.#link = undefined;
    this.#line.link(undefined);
  }

  #say(text: string): void {
    if (text === "" || this.#fields.takes(text)) return;
    this.#line.write(text);
    if (this.#link !== undefined) this.#link.text += text;
  }

  /** A note whose label Word makes stands as its mark in the text. */
  #note(at: number): void {
    const found = this.#marks.find((placed) => placed.at === at && isNote(placed.mark));
    if (found === undefined || !isNote(found.mark)) return;
    this.#marks = this.#marks.filter((placed) => placed !== found);
    if (!this.#fields.isHidden) this.#line.note(`[${found.mark.label}]`);
    this.#context.take(found.mark);
  }

  /** What has no character of its own: text boxes, comments, and notes with a label that their author wrote. */
  #place(mark: TextMark): void {
    if (mark.kind === "box") {
      this.#boxes.push(mark.range);
      return;
    }
    if (isNote(mark) && !this.#fields.isHidden) this.#line.note(`[${mark.label}]`);
    this.#context.take(mark);
  }
}

function isNote(mark: TextMark): mark is NoteMark {
  return mark.kind === "footnote" || mark.kind === "endnote";
}

function emptyForm() {
  return { name: "w:ffData", attributes: {}, children: [] };
}
