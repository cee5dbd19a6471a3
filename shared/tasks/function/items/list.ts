import { isUtf8 } from "node:buffer";
import { FileError } from "../../../errors.ts";

/** Cuts a file into the texts of its items, chunk by chunk. Each text is on one line. */
export interface ItemSplitter {
  push(chunk: Buffer): string[];
  /** Items that only the end of the file completes. @throws FileError `bad_items` */
  end(): string[];
}

/** Most bytes of an item. */
export const LONGEST_ITEM = 16_000_000;

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const NEWLINE = 10;
const SPACE = 32;

/** Joins what is left of a chunk with the next one. */
export abstract class Cutter implements ItemSplitter {
  protected readonly filename: string;
  #rest: Buffer = Buffer.alloc(0);

  constructor(filename: string) {
    this.filename = filename;
  }

  push(chunk: Buffer): string[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const items: string[] = [];
    const done = this.cut(bytes, this.#rest.length, items);
    this.#rest = bytes.subarray(done);
    if (this.#rest.length > LONGEST_ITEM)
      throw new FileError("bad_items", `${this.filename} has an item of more than ${LONGEST_ITEM} bytes.`);
    return items;
  }

  end(): string[] {
    return this.last(this.#rest);
  }

  /** Adds the whole items of `bytes`, of which those before `from` were seen. Answers where the first other one begins. */
  protected abstract cut(bytes: Buffer, from: number, items: string[]): number;
  protected abstract last(rest: Buffer): string[];

  /** @throws FileError `unsupported_encoding` */
  protected textOf(bytes: Buffer): string {
    if (!isUtf8(bytes))
      throw new FileError("unsupported_encoding", `${this.filename} is not in UTF-8. Save it as UTF-8.`);
    const text = bytes.toString("utf8").trim();
    return text.includes("\n") || text.includes("\r") ? text.replace(/[\r\n]/g, " ") : text;
  }
}

/** Items of a JSON list. What an item is, its reader checks. */
export class ListCutter extends Cutter {
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #isOver = false;
  #count = 0;

  protected cut(bytes: Buffer, from: number, items: string[]): number {
    let start = 0;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#isText || byte <= SPACE) {
        this.#insideText(byte);
        continue;
      }
      const isOutside = this.#depth === 0;
      const ends = this.#ends(byte);
      if (ends) this.#add(bytes.subarray(start, at), byte, items);
      if (ends || isOutside) start = at + 1;
    }
    return start;
  }

  protected last(rest: Buffer): string[] {
    if (this.#isOver && rest.toString().trim() === "") return [];
    const what = this.#isOver ? "text after the end of its list" : "a list without an end";
    throw new FileError("bad_items", `${this.filename} cannot be used: it has ${what}.`);
  }

  #insideText(byte: number): void {
    if (!this.#isText) return;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isText = false;
  }

  /** Follows the nesting. Answers whether an item ends before this byte. */
  #ends(byte: number): boolean {
    if (this.#isOver || (this.#depth === 0 && byte !== OPEN_LIST && !isMark(byte)))
      throw new FileError("bad_items", `${this.filename} is no JSON list of items.`);
    if (byte === QUOTE) this.#isText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#depth -= 1;
      this.#isOver = this.#depth === 0;
      return this.#isOver;
    }
    return byte === COMMA && this.#depth === 1;
  }

  #add(bytes: Buffer, byte: number, items: string[]): void {
    const text = this.textOf(bytes);
    // `[]` has no items.
    if (text === "" && byte === CLOSE_LIST && this.#count === 0) return;
    this.#count += 1;
    items.push(text);
  }
}

/** A byte of a byte order mark. */
function isMark(byte: number): boolean {
  return byte >= 0x80;
}

/** Items of a file with one on each line; blank lines have none. */
export class LineCutter extends Cutter {
  protected cut(bytes: Buffer, from: number, items: string[]): number {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE, from); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#add(bytes.subarray(start, end), items);
      start = end + 1;
    }
    return start;
  }

  protected last(rest: Buffer): string[] {
    const items: string[] = [];
    this.#add(rest, items);
    return items;
  }

  #add(bytes: Buffer, items: string[]): void {
    const text = this.textOf(bytes).replace(/^\uFEFF/, "");
    if (text !== "") items.push(text);
  }
}
