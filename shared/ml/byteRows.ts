import { isUtf8 } from "node:buffer";
import type { FileError } from "../errors.ts";
import { RowSplitter } from "./csv.ts";
import { decimal } from "./decimal.ts";
import { RowEnds } from "./rowEnds.ts";
import { notUtf8, raggedRow } from "./rows.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

export interface ByteTable {
  readonly filename: string;
  /** Whole rows. */
  readonly bytes: Buffer;
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Number of the first row. */
  readonly row: number;
}

/**
 * Goes through the rows of a piece of a table without making texts of them: most cells are numbers, and those are read from
 * the bytes. A row with quotes takes the way of `RowSplitter`.
 */
export class ByteRows {
  /** Number of the row, and where it stands, without its line end. */
  row: number;
  from = 0;
  to = 0;
  /** Number of its cells. */
  count = 0;
  readonly #table: ByteTable;
  readonly #delimiter: number;
  /** Offset of each cell, and one behind the last delimiter. */
  readonly #starts: Int32Array;
  #cells: readonly string[] | undefined;
  #next = 0;

  /** @throws FileError `unsupported_encoding` */
  constructor(table: ByteTable) {
    if (!isUtf8(table.bytes)) throw notUtf8(table.filename);
    this.#table = table;
    this.#delimiter = table.delimiter.charCodeAt(0);
    this.#starts = new Int32Array(table.names.length + 2);
    this.row = table.row - 1;
  }

  /** Steps to the next row that is not blank; false at the end. @throws FileError `bad_table` */
  next(): boolean {
    const { bytes } = this.#table;
    while (this.#next < bytes.length) {
      this.row += 1;
      this.from = this.#next;
      this.#cells = undefined;
      this.#next = this.#scan();
      if (this.count > 1 || this.#text(this.from, this.to).trim() !== "") return true;
    }
    return false;
  }

  /** Whether it has as many cells as the header. */
  get isWhole(): boolean {
    return this.count === this.#table.names.length;
  }

  /** What is wrong with a row that is not whole. */
  get ragged(): FileError {
    const { filename, names } = this.#table;
    return raggedRow(filename, { row: this.row, cells: this.count, names });
  }

  cell(column: number): string {
    if (this.#cells !== undefined) return this.#cells[column] ?? "";
    return this.#text(this.#starts[column] ?? 0, (this.#starts[column + 1] ?? 0) - 1);
  }

  /** The number that a cell holds, NaN for an empty one; undefined for anything that is not a short decimal number. */
  number(column: number): number | undefined {
    if (this.#cells !== undefined) return undefined;
    return decimal(this.#table.bytes, this.#starts[column] ?? 0, (this.#starts[column + 1] ?? 0) - 1);
  }

  #text(from: number, to: number): string {
    return this.#table.bytes.toString("utf8", from, to);
  }

  /** Finds the cells of the row that begins at `from`; returns where the next one begins. */
  #scan(): number {
    const { bytes } = this.#table;
    const starts = this.#starts;
    const delimiter = this.#delimiter;
    let count = 1;
    let at = this.from;
    starts[0] = at;
    for (; at < bytes.length && bytes[at] !== NEWLINE; at += 1) {
      if (bytes[at] === QUOTE) return this.#scanQuoted();
      if (bytes[at] !== delimiter) continue;
      // A write behind the end of the array does nothing.
      starts[count] = at + 1;
      count += 1;
    }
    this.count = count;
    this.to = bytes[at - 1] === RETURN && at > this.from ? at - 1 : at;
    starts[count] = this.to + 1;
    return at + 1;
  }

  #scanQuoted(): number {
    const { bytes, delimiter } = this.#table;
    const end = new RowEnds(delimiter).next(bytes, this.from) ?? bytes.length;
    let isFound = false;
    const splitter = new RowSplitter(
      delimiter,
      (cells, _, raw) => {
        isFound = true;
        this.#cells = cells;
        this.count = cells.length;
        this.to = this.from + Buffer.byteLength(raw);
      },
      this.row,
    );
    splitter.push(this.#text(this.from, end));
    splitter.end();
    if (!isFound) this.#cells = [];
    return end;
  }
}
