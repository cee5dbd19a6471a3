import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";
import { textOf } from "./text.ts";

/** Longest word; longer ones cannot be valid numbers. */
const MAX_WORD = 1_000;

/** Fields of a file in their order. `line` counts from 1; a field of a comma-separated row may be "". */
export interface Field {
  readonly text: string;
  readonly line: number;
}

const NEWLINE = 10;
const COMMA = 44;
const SEMICOLON = 59;
const QUOTE = 34;
const SPACE = 32;

/**
 * Splits a text into its fields, chunk by chunk: at white space, commas and semicolons. Blank lines have none.
 * Between two commas, and before a comma, an empty field is possible; a comma at the end of a line adds none.
 * @throws FileError `wrong_type` for binary data, `not_a_number` for endless words; see also `textOf`.
 */
export async function* wordsOf(file: StepFile): AsyncGenerator<readonly Field[]> {
  const splitter = new Splitter(file.filename);
  for await (const chunk of textOf(file)) yield splitter.split(chunk);
  yield splitter.split(Buffer.from("\n"));
}

class Splitter {
  readonly #filename: string;
  #rest = "";
  #line = 1;
  /** Whether the next comma ends an empty field: the last separator was a comma or a line end. */
  #afterComma = true;

  constructor(filename: string) {
    this.#filename = filename;
  }

  split(chunk: Buffer): Field[] {
    const words: Field[] = [];
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] ?? 0;
      if (byte > SPACE && byte !== COMMA && byte !== SEMICOLON) continue;
      if (byte === 0)
        throw new FileError("wrong_type", `${this.#filename} is not a text: it holds binary data.`);
      this.#take(words, chunk.toString("latin1", start, i));
      this.#separate(words, byte);
      start = i + 1;
    }
    this.#rest += chunk.toString("latin1", start);
    if (this.#rest.length > MAX_WORD) throw tooLong(this.#filename, this.#line);
    return words;
  }

  #take(words: Field[], last: string): void {
    const text = this.#rest === "" ? last : this.#rest + last;
    this.#rest = "";
    if (text === "") return;
    const quoted = text.charCodeAt(0) === QUOTE && text.length > 1 && text.endsWith('"');
    words.push({ text: quoted ? text.slice(1, -1) : text, line: this.#line });
    this.#afterComma = false;
  }

  #separate(words: Field[], byte: number): void {
    if (byte === NEWLINE) {
      this.#line += 1;
      this.#afterComma = true;
    } else if (byte === COMMA || byte === SEMICOLON) {
      if (this.#afterComma) words.push({ text: "", line: this.#line });
      this.#afterComma = true;
    }
  }
}

function tooLong(filename: string, line: number): FileError {
  return new FileError(
    "not_a_number",
    `${filename}, line ${line}: a word of more than ${MAX_WORD} characters is not a number.`,
  );
}
