import { FileError } from "../errors.ts";

const NEWLINE = 10;
const QUOTE = 34;

/** Called for each row, with its cells and its text without the end of the line. `row` counts from 1, blank rows too. */
export type OnRow = (cells: readonly string[], row: number, raw: string) => void;

/** Most characters of a row; a longer one is most likely a quote without its end. */
export const LONGEST_ROW = 4_000_000;

/**
 * Splits texts into rows of cells (RFC 4180), chunk by chunk: a quoted cell may hold delimiters, line ends and doubled
 * quotes. Rows without anything are left out. A row without quotes takes a fast path.
 */
export class RowSplitter {
  readonly #delimiter: string;
  readonly #onRow: OnRow;
  #rest = "";
  #row: number;

  /** @param row number of the first row */
  constructor(delimiter: string, onRow: OnRow, row = 1) {
    this.#delimiter = delimiter;
    this.#onRow = onRow;
    this.#row = row;
  }

  /** @throws FileError `bad_table` */
  push(chunk: string): void {
    const text = this.#rest === "" ? chunk : this.#rest + chunk;
    let at = 0;
    for (;;) {
      const next = this.#take(text, at);
      if (next === undefined) break;
      at = next;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > LONGEST_ROW) throw unendedQuote(this.#row);
  }

  /** Takes the last row, which may have no line end. @throws FileError `bad_table` */
  end(): void {
    if (this.#rest === "") return;
    const next = this.#take(`${this.#rest}\n`, 0);
    if (next === undefined) throw unendedQuote(this.#row);
    this.#rest = "";
  }

  /** Takes the row that begins at `at`; answers the end of it, or undefined for a row that is not whole yet. */
  #take(text: string, at: number): number | undefined {
    const end = text.indexOf("\n", at);
    if (end === -1) return undefined;
    const line = text.slice(at, text.charCodeAt(end - 1) === 13 && end > at ? end - 1 : end);
    const quote = line.indexOf('"');
    if (quote !== -1) return this.#takeQuoted(text, at);
    if (line.trim() !== "") this.#onRow(line.split(this.#delimiter), this.#row, line);
    this.#row += 1;
    return end + 1;
  }

  #takeQuoted(text: string, start: number): number | undefined {
    const cells: string[] = [];
    let at = start;
    for (;;) {
      const cell = text.charCodeAt(at) === QUOTE ? quotedCell(text, at) : this.#plainCell(text, at);
      if (cell === undefined) return undefined;
      cells.push(cell.text);
      if (text.startsWith(this.#delimiter, cell.end)) {
        at = cell.end + this.#delimiter.length;
        continue;
      }
      const end = text.startsWith("\r\n", cell.end) ? cell.end + 1 : cell.end;
      if (text.charCodeAt(end) !== NEWLINE) return this.#afterQuote(text, end);
      this.#onRow(cells, this.#row, text.slice(start, cell.end));
      this.#row += 1;
      return end + 1;
    }
  }

  #plainCell(text: string, at: number): Cell | undefined {
    const line = text.indexOf("\n", at);
    if (line === -1) return undefined;
    const delimiter = text.indexOf(this.#delimiter, at);
    const end = delimiter === -1 || delimiter > line ? line : delimiter;
    const cut = end === line && end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    return { text: text.slice(at, cut), end: cut };
  }

  /** @returns undefined at the end of a chunk @throws FileError `bad_table` */
  #afterQuote(text: string, at: number): undefined {
    if (at >= text.length) return undefined;
    throw new FileError("bad_table", `Row ${this.#row} has text after the end of a quoted cell.`);
  }
}

export function unendedQuote(row: number): FileError {
  return new FileError("bad_table", `Row ${row} has a quote without an end.`);
}

interface Cell {
  readonly text: string;
  /** Offset after the cell. */
  readonly end: number;
}

function quotedCell(text: string, start: number): Cell | undefined {
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    // A quote at the end of a chunk may be the first one of two.
    if (end === -1 || end === text.length - 1) return undefined;
    if (text.charCodeAt(end + 1) !== QUOTE)
      return { text: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
    at = end + 2;
  }
}

/** The delimiter of a header: the one of comma, semicolon, tab and bar that stands in it most often. */
export function delimiterOf(header: string): string {
  const plain = header.replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t", "|"].map((sign) => ({ sign, count: plain.split(sign).length }));
  return counts.reduce((most, one) => (one.count > most.count ? one : most)).sign;
}

/** A cell as CSV: quoted where its text demands it. */
export function csvCell(text: string, delimiter: string): string {
  const needsQuotes = text.includes('"') || text.includes(delimiter) || /[\r\n]/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
