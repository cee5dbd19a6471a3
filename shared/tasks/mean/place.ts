import { decodeText } from "../../media/text/decode.ts";
import type { StepFile } from "../task.ts";
import type { Field } from "./rows.ts";
import { textOf } from "./text.ts";

/** Bytes of a file from which the encoding of a word is found. */
const SAMPLE = 65_536;
const SHOWN = 40;

/** A field as messages show it: in the characters of its file, with its line and the column where it begins. */
export async function placeOf(
  file: StepFile,
  { text, line }: Field,
): Promise<{ readonly word: string; readonly place: string }> {
  const place = `${file.filename}, line ${line}`;
  if (text === "") return { word: "an empty field", place };
  const row = await rowOf(file, line);
  const decode = await decoderFor(file, row);
  const before = row.indexOf(text);
  const column = before < 0 ? "" : `, column ${[...decode(row.slice(0, before))].length + 1}`;
  const word = [...decode(text)];
  const shown = word.length > SHOWN ? `${word.slice(0, SHOWN).join("")}…` : word.join("");
  return { word: JSON.stringify(shown), place: place + column };
}

type Decode = (latin1: string) => string;

/** The encoding of the file, by its beginning and the row that is shown. */
async function decoderFor(file: StepFile, row: string): Promise<Decode> {
  const bytes = (latin1: string) => Buffer.from(latin1, "latin1");
  if (isAscii(row)) return (latin1) => latin1;
  const head: Buffer[] = [];
  let size = 0;
  for await (const chunk of textOf(file)) {
    head.push(chunk);
    size += chunk.length;
    if (size >= SAMPLE) break;
  }
  const { encoding } = decodeText(Buffer.concat([...head, bytes(`\n${row}\n`)]));
  return (latin1) => (isAscii(latin1) ? latin1 : decodeText(bytes(latin1), encoding).text);
}

function isAscii(latin1: string): boolean {
  return Buffer.byteLength(latin1) === latin1.length;
}

/** The text of a line, at most 4,096 bytes of it, in Latin-1. */
async function rowOf(file: StepFile, wanted: number): Promise<string> {
  const lines = new Lines(wanted);
  for await (const chunk of textOf(file)) if (lines.add(chunk)) break;
  return lines.row;
}

const MOST = 4_096;
const NEWLINE = 10;
const RETURN = 13;

class Lines {
  readonly #wanted: number;
  #line = 1;
  #last = 0;
  row = "";

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** Reads on; true when the line has ended. */
  add(chunk: Buffer): boolean {
    for (const byte of chunk) {
      const second = byte === NEWLINE && this.#last === RETURN;
      this.#last = byte;
      if ((byte === NEWLINE || byte === RETURN) && !second) this.#line += 1;
      else if (!second && this.#line === this.#wanted) this.row += String.fromCharCode(byte);
      if (this.#line > this.#wanted || this.row.length >= MOST) return true;
    }
    return false;
  }
}
