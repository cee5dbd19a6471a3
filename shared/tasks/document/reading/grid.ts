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

/** Cells that the grids of one document may still hold. */
export class CellBudget {
  left = MOST_CELLS;
}

/** Gathers rows up to the limits and counts all of them. */
export class GridSink {
  readonly #rows: (readonly string[])[] = [];
  readonly #numbers: number[] = [];
  readonly #lines: string[] = [];
  readonly #hidden: number[] = [];
  readonly #budget: CellBudget;
  #room: number;
  #rowCount = 0;
  #columns = 0;
  #words = 0;
  #characters = 0;

  /** @param characters most characters of text that the result shows */
  constructor(budget: CellBudget, characters: number) {
    this.#budget = budget;
    this.#room = 2 * characters;
  }

  /** @param cells it is kept, without empty cells at its end */
  add(cells: string[], number: number): void {
    while (cells.at(-1) === "") cells.pop();
    if (cells.length === 0) return;
    const line = cells.join("\t");
    this.#characters += countCharacters(line) + (this.#rowCount === 0 ? 0 : 1);
    this.#words += countWords(line);
    this.#rowCount += 1;
    this.#columns = Math.max(this.#columns, cells.length);
    if (this.#room > 0) this.#lines.push(line.length > this.#room ? line.slice(0, this.#room) : line);
    this.#room -= line.length + 1;
    this.#budget.left -= cells.length;
    if (this.#budget.left < 0) return;
    this.#rows.push(cells);
    this.#numbers.push(number);
  }

  /** Adds a row that stands several times in the file; those that the result does not show are only counted. */
  repeat(cells: string[], number: number, times: number): void {
    for (let done = 0; done < times; done += 1) {
      if (this.#room <= 0 && this.#budget.left < 0) {
        this.#count(cells, times - done);
        return;
      }
      this.add([...cells], number + done);
    }
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
