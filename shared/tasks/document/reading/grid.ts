import { FileError } from "../../../errors.ts";
import { countCharacters, countWords } from "../words.ts";

/** A table of plain texts: of a sheet, or of separated values. */
export interface Grid {
  readonly kind: "grid";
  /** Texts of the cells by row. Rows without content are left out, and so are empty cells at the end of a row. */
  readonly rows: readonly (readonly string[])[];
  /** Number of each row in the file, from 1. */
  readonly row_numbers: readonly number[];
  /** Number of rows with content, also where `rows` has fewer. */
  readonly row_count: number;
  readonly column_count: number;
  readonly merged: readonly MergedCells[];
  readonly hidden_rows: readonly number[];
  readonly hidden_columns: readonly number[];
  /** The rows as text, as long as the result can show. */
  readonly text: string;
  /** Counts of the whole text. */
  readonly word_count: number;
  readonly character_count: number;
}

/** Cells that are shown as one: a range such as `B2:C4`. */
export interface MergedCells {
  /** Number of the row, from 1, as in `row_numbers`. */
  readonly row: number;
  /** Number of the column, from 1. */
  readonly column: number;
  readonly row_span: number;
  readonly column_span: number;
}

/** Most cells that `rows` of one document holds; with more the memory of a child would not do. */
const MOST_CELLS = 500_000;
const MOST_LISTED = 10_000;

/**
 * Most characters of one cell, of one row, and of all rows of a document. Cells of 32,767 characters are the longest that
 * Excel has, but a workbook may name one text in each of its cells.
 */
const LONGEST_CELL = 16_000_000;
const LONGEST_ROW = 64_000_000;
const MOST_CHARACTERS = 500_000_000;
/** Most cells of all rows of a document, those counted that stand empty before others. */
const MOST_PLACES = 50_000_000;

/** What the grids of one document may still hold together. */
export class CellBudget {
  left = MOST_CELLS;
  /** Characters that they may still have. */
  characters = MOST_CHARACTERS;
  places = MOST_PLACES;
  /** Characters of text that are still kept. */
  room: number;

  /** @param shown most characters of text that the result shows */
  constructor(shown: number) {
    this.room = 2 * shown;
  }
}

/** The text of a cell with more behind it. @throws FileError `too_large` */
export function cellText(text: string, more: string): string {
  if (text.length + more.length > LONGEST_CELL)
    throw tooLong(`a cell of more than ${LONGEST_CELL} characters`);
  return text + more;
}

function tooLong(what: string): FileError {
  return new FileError("too_large", `The document has ${what}. This limit is fixed; split the document.`);
}

/** Gathers rows up to the limits and counts all of them. */
export class GridSink {
  readonly #rows: (readonly string[])[] = [];
  readonly #numbers: number[] = [];
  readonly #lines: string[] = [];
  readonly #hidden: number[] = [];
  readonly #budget: CellBudget;
  #rowCount = 0;
  #columns = 0;
  #words = 0;
  #characters = 0;

  constructor(budget: CellBudget) {
    this.#budget = budget;
  }

  /**
   * @param cells it is kept, without empty cells at its end
   * @throws FileError `too_large`
   */
  add(cells: string[], number: number): void {
    while (cells.at(-1) === "") cells.pop();
    if (cells.length === 0) return;
    this.#judge(cells);
    const line = cells.join("\t");
    this.#characters += countCharacters(line) + (this.#rowCount === 0 ? 0 : 1);
    this.#words += countWords(line);
    this.#rowCount += 1;
    this.#columns = Math.max(this.#columns, cells.length);
    const { room } = this.#budget;
    if (room > 0) this.#lines.push(line.length > room ? line.slice(0, room) : line);
    this.#budget.room -= line.length + 1;
    this.#budget.left -= cells.length;
    if (this.#budget.left < 0) return;
    this.#rows.push(cells);
    this.#numbers.push(number);
  }

  /** Adds a row that stands several times in the file; those that the result does not show are only counted. */
  repeat(cells: string[], number: number, times: number): void {
    for (let done = 0; done < times; done += 1) {
      if (this.#budget.room <= 0 && this.#budget.left < 0) {
        this.#judge(cells);
        this.#count(cells, times - done);
        return;
      }
      this.add([...cells], number + done);
    }
  }

  /** Judges a row before it is joined: its text may be longer than a string can be. */
  #judge(cells: readonly string[]): void {
    const length = cells.reduce((sum, cell) => sum + cell.length, cells.length);
    if (length > LONGEST_ROW) throw tooLong(`a row of more than ${LONGEST_ROW} characters of text`);
    this.#budget.characters -= length;
    this.#budget.places -= cells.length;
    if (this.#budget.characters < 0) throw tooLong(`rows of more than ${MOST_CHARACTERS} characters of text`);
    if (this.#budget.places < 0) throw tooLong(`rows of more than ${MOST_PLACES} cells`);
  }

  #count(cells: readonly string[], times: number): void {
    const line = cells.join("\t").trimEnd();
    if (line === "") return;
    this.#characters += (countCharacters(line) + 1) * times;
    this.#words += countWords(line) * times;
    this.#rowCount += times;
  }

  hideRow(number: number): void {
    if (this.#hidden.length < MOST_LISTED) this.#hidden.push(number);
  }

  grid(marks: Partial<Pick<Grid, "merged" | "hidden_columns">> = {}): Grid {
    return {
      kind: "grid",
      rows: this.#rows,
      row_numbers: this.#numbers,
      row_count: this.#rowCount,
      column_count: this.#columns,
      merged: (marks.merged ?? []).slice(0, MOST_LISTED),
      hidden_rows: this.#hidden,
      hidden_columns: marks.hidden_columns ?? [],
      text: this.#lines.join("\n"),
      word_count: this.#words,
      character_count: this.#characters,
    };
  }
}
