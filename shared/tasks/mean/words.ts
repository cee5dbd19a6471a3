import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";
import type { MeanOptions } from "./options.ts";
import { type Field, NumberRow, type RowCounts, Separator } from "./rows.ts";
import { textOf } from "./text.ts";

/** Longest word; longer ones cannot be valid numbers. */
const MAX_WORD = 1_000;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const SEMICOLON = 59;
const QUOTE = 34;
const HASH = 35;
const SPACE = 32;

/** What a comma is. */
export type DecimalSign = MeanOptions["decimal"];

/**
 * Splits a text into its fields, chunk by chunk: at white space, commas and semicolons. Blank lines have none, and `#`
 * at the start of a field begins a comment to the end of the line. Between two tabs, commas or semicolons, and before
 * the first one, an empty field is possible; a separator at the end of a line adds none.
 * @throws FileError `wrong_type` for binary data, `not_a_number` for endless words; see also `textOf`.
 */
export async function* wordsOf(
  file: StepFile,
  decimal: DecimalSign,
  counts: RowCounts = { rows: 0, paired: 0 },
): AsyncGenerator<readonly Field[]> {
  const splitter = new Splitter(file.filename, { decimal, counts });
  for await (const chunk of textOf(file)) yield splitter.split(chunk);
  yield splitter.split(Buffer.from("\n"));
}

class Splitter {
  readonly #filename: string;
  /** The byte that separates fields besides semicolons and tabs: a comma, or none. */
  readonly #comma: number;
  readonly #row: NumberRow;
  #rest = "";
  #line = 1;
  /** Whether the next separator ends an empty field: the last one was a separator or a line end. */
  #afterSeparator = true;
  #inComment = false;
  #afterReturn = false;
  /** Empty fields before the first tabs of a row; a row of tabs alone is blank. */
  #leadingTabs = 0;

  constructor(
    filename: string,
    { decimal, counts }: { readonly decimal: DecimalSign; readonly counts: RowCounts },
  ) {
    this.#filename = filename;
    this.#comma = decimal === "point" ? COMMA : SEMICOLON;
    this.#row = new NumberRow(counts);
  }

  split(chunk: Buffer): Field[] {
    const words: Field[] = [];
    const comma = this.#comma;
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] ?? 0;
      if (byte > SPACE && byte !== comma && byte !== SEMICOLON) continue;
      if (byte === 0)
        throw new FileError("wrong_type", `${this.#filename} is not a text: it holds binary data.`);
      this.#take(words, chunk.toString("latin1", start, i));
      this.#separate(words, byte);
      start = i + 1;
    }
    this.#rest += chunk.toString("latin1", start);
    if (this.#rest.length > MAX_WORD) this.#refuseLong();
    return words;
  }

  #take(words: Field[], last: string): void {
    const text = this.#rest === "" ? last : this.#rest + last;
    this.#rest = "";
    if (text === "" || this.#inComment) return;
    this.#afterReturn = false;
    if (text.charCodeAt(0) === HASH) {
      this.#inComment = true;
      return;
    }
    for (; this.#leadingTabs > 0; this.#leadingTabs -= 1) this.#add(words, "");
    if (!this.#afterSeparator) this.#row.separate(Separator.space);
    const quoted = text.charCodeAt(0) === QUOTE && text.length > 1 && text.endsWith('"');
    this.#add(words, quoted ? text.slice(1, -1) : text);
    this.#afterSeparator = false;
  }

  #add(words: Field[], text: string): void {
    words.push({ text, line: this.#line });
    this.#row.addField();
  }

  #separate(words: Field[], byte: number): void {
    if (byte === NEWLINE || byte === RETURN) this.#endLine(words, byte);
    else if (!this.#inComment && byte > SPACE)
      this.#endField(words, byte === SEMICOLON ? Separator.semicolon : Separator.comma);
    else if (!this.#inComment && byte === TAB && !this.#row.isListed) this.#tab(words);
    else if (!this.#inComment && byte === TAB && !this.#afterSeparator) this.#endField(words, Separator.tab);
  }

  #tab(words: Field[]): void {
    if (this.#row.isEmpty) this.#leadingTabs += 1;
    else this.#endField(words, Separator.tab);
  }

  #endField(words: Field[], separator: number): void {
    if (this.#afterSeparator) this.#add(words, "");
    this.#row.separate(separator);
    this.#afterSeparator = true;
  }

  /** A line ends with a line feed, a carriage return, or both. */
  #endLine(words: Field[], byte: number): void {
    const second = byte === NEWLINE && this.#afterReturn;
    this.#afterReturn = byte === RETURN;
    if (second) return;
    this.#row.end(words, this.#line);
    this.#line += 1;
    this.#afterSeparator = true;
    this.#inComment = false;
    this.#leadingTabs = 0;
  }

  #refuseLong(): void {
    if (this.#inComment || this.#rest.charCodeAt(0) === HASH) {
      this.#inComment = true;
      this.#rest = "";
      return;
    }
    const what = `a word of more than ${MAX_WORD} characters is not a number`;
    throw new FileError("not_a_number", `${this.#filename}, line ${this.#line}: ${what}.`);
  }
}
