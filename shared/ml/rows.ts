import { FileError } from "../errors.ts";
import { delimiterOf, LONGEST_ROW, RowSplitter, unendedQuote } from "./csv.ts";
import { RowEnds } from "./rowEnds.ts";

/** Reads `length` bytes from `offset`; fewer only at the end. */
export interface ByteSource {
  readonly filename: string;
  readonly bytes: number;
  slice(offset: number, length: number): Promise<Buffer>;
}

const NEWLINE = 10;
const QUOTE = 34;

/** Bytes that are read at a time. */
const CHUNK = 1 << 20;

/** Most bytes of a header. */
const LONGEST_HEADER = 1 << 20;

export interface Header {
  readonly delimiter: string;
  /** Names of the columns without white space around; a column without one is named `column <number>`. */
  readonly names: readonly string[];
  /** The header as it stands in the file. */
  readonly raw: string;
  /** Offset of the first row after it, in bytes. */
  readonly end: number;
}

/**
 * Reads the first row of a table.
 * @throws FileError `empty_file`, `bad_table`, `wrong_type`, `unsupported_encoding`
 */
export async function readHeader(file: ByteSource): Promise<Header> {
  if (file.bytes === 0) throw new FileError("empty_file", `${file.filename} is empty.`);
  const start = await file.slice(0, Math.min(LONGEST_HEADER, file.bytes));
  if (start.includes(0)) throw notText(file.filename);
  const mark = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
  const end = endOfRow(start, mark);
  const raw = decoderOf(file.filename)
    .decode(start.subarray(mark, end))
    .replace(/\r?\n$/, "");
  const delimiter = delimiterOf(raw);
  const names = cellsOf(raw, delimiter).map((name, at) => name.trim() || `column ${at + 1}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new FileError("bad_table", `${file.filename} has two columns with the name ${twice}.`);
  return { delimiter, names, raw, end };
}

/** The offset after the line end of the row that begins at `from`; quotes may hold line ends. */
function endOfRow(bytes: Buffer, from: number): number {
  let isQuoted = false;
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    if (bytes[at] === NEWLINE && !isQuoted) return at + 1;
  }
  return bytes.length;
}

function cellsOf(line: string, delimiter: string): readonly string[] {
  let cells: readonly string[] = [];
  const splitter = new RowSplitter(delimiter, (found) => {
    cells = found;
  });
  splitter.push(`${line}\n`);
  splitter.end();
  if (cells.length === 0)
    throw new FileError("bad_table", "The first row, which names the columns, is empty.");
  return cells;
}

/** A range of a file that begins and ends between two rows. */
export interface TableRange {
  /** Bytes. */
  readonly from: number;
  readonly to: number;
  /** Number of its first row; the header is row 1. */
  readonly row: number;
}

export function raggedRow(
  filename: string,
  { row, cells, names }: { row: number; cells: number; names: readonly string[] },
): FileError {
  const columns = `the header names ${names.length} columns`;
  return new FileError("bad_table", `${filename}, row ${row} has ${cells} cells, but ${columns}.`);
}

/** Decodes UTF-8 and nothing else: in a guessed encoding a category could become another one. */
function decoderOf(filename: string) {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    decode: (bytes: Uint8Array, stream = false): string => {
      try {
        return decoder.decode(bytes, { stream });
      } catch (cause) {
        throw notUtf8(filename, cause);
      }
    },
  };
}

export function notUtf8(filename: string, cause?: unknown): FileError {
  const message = `${filename} is not in UTF-8. Save the table as CSV in UTF-8.`;
  return new FileError("unsupported_encoding", message, { cause });
}

/** Refuses files that are not text by their zero bytes. */
function notText(filename: string): FileError {
  return new FileError("wrong_type", `${filename} is no CSV: it holds binary data or is in UTF-16.`);
}

/**
 * Cuts a table into ranges of about `size` bytes, each of whole rows.
 * @throws FileError `bad_table`
 */
export async function rowRanges(
  file: ByteSource,
  { end, delimiter }: Pick<Header, "end" | "delimiter">,
  { size, onChunk }: { readonly size: number; readonly onChunk: () => void },
): Promise<TableRange[]> {
  const cutter = new RangeCutter({ from: end, size, delimiter });
  for (let at = end; at < file.bytes; at += CHUNK) {
    cutter.push(await file.slice(at, CHUNK), at);
    onChunk();
  }
  return cutter.end(file.bytes);
}

class RangeCutter {
  readonly #ranges: TableRange[] = [];
  readonly #size: number;
  readonly #ends: RowEnds;
  #from: number;
  /** Number of the first row of the range, and of the row that is read. */
  #first = 2;
  #row = 2;

  constructor({ from, size, delimiter }: { from: number; size: number; delimiter: string }) {
    this.#from = from;
    this.#size = size;
    this.#ends = new RowEnds(delimiter);
  }

  push(bytes: Buffer, offset: number): void {
    let end = this.#ends.next(bytes, 0);
    while (end !== undefined) {
      this.#rowEnds(offset + end);
      end = this.#ends.next(bytes, end);
    }
    if (offset + bytes.length - this.#from > this.#size + LONGEST_ROW) throw unendedQuote(this.#row);
  }

  end(bytes: number): TableRange[] {
    if (this.#from < bytes) this.#cut(bytes);
    return this.#ranges;
  }

  #rowEnds(end: number): void {
    this.#row += 1;
    if (end - this.#from >= this.#size) this.#cut(end);
  }

  #cut(to: number): void {
    this.#ranges.push({ from: this.#from, to, row: this.#first });
    this.#from = to;
    this.#first = this.#row;
  }
}
