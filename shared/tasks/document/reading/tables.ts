import type { Cell, Table } from "../docx/blocks.ts";
import type { Grid, MergedCells } from "./grid.ts";

/** A table in the form of the result. */
export interface PlainTable {
  readonly section: number;
  readonly name: string;
  readonly row_count: number;
  readonly column_count: number;
  readonly head_rows: number;
  readonly rows: readonly (readonly string[])[];
  readonly row_numbers: readonly number[];
  readonly merged: readonly MergedCells[];
  readonly hidden_rows: readonly number[];
  readonly hidden_columns: readonly number[];
}

type Place = Pick<PlainTable, "section" | "name">;

export function gridFields(grid: Grid, place: Place): PlainTable {
  const { rows, row_numbers, row_count, column_count, merged, hidden_rows, hidden_columns } = grid;
  return {
    ...place,
    ...{ row_count, column_count, head_rows: 0, rows, row_numbers, merged, hidden_rows, hidden_columns },
  };
}

/** Most places of a table that its merged cells may cover. */
const MOST_SPREAD = 100_000;

/** A table with its text at the first place of each merged cell, then the tables inside of its cells. */
export function tableFields(table: Table, place: Place): PlainTable[] {
  const { rows, merged } = placed(table);
  const inner = table.rows.flat().flatMap((cell) => cell.tables);
  const own: PlainTable = {
    ...place,
    row_count: rows.length,
    column_count: rows.reduce((most, row) => Math.max(most, row.length), 0),
    head_rows: Math.min(table.head_rows, rows.length),
    rows,
    row_numbers: rows.map((_, at) => at + 1),
    merged,
    hidden_rows: [],
    hidden_columns: [],
  };
  return [own, ...inner.flatMap((one) => tableFields(one, place))];
}

function placed(table: Table): Layout {
  const layout: Layout = { rows: [], merged: [], covered: new Map(), room: MOST_SPREAD };
  for (const row of table.rows) placeRow(row, layout);
  return layout;
}

interface Layout {
  readonly rows: string[][];
  readonly merged: MergedCells[];
  /** Number of further rows that a cell above covers, by column. */
  readonly covered: Map<number, number>;
  room: number;
}

function placeRow(row: readonly Cell[], layout: Layout): void {
  const texts: string[] = [];
  for (const cell of row) {
    skipCovered(texts, layout.covered);
    const { rows, columns } = spansOf(cell, layout.room);
    if (columns > 1 || rows > 1) {
      const place = { row: layout.rows.length + 1, column: texts.length + 1 };
      layout.merged.push({ ...place, row_span: rows, column_span: columns });
    }
    for (let column = 0; column < columns; column += 1) {
      if (rows > 1) layout.covered.set(texts.length, rows - 1);
      texts.push(column === 0 ? cell.text : "");
    }
  }
  skipCovered(texts, layout.covered);
  layout.room -= texts.length - row.length;
  layout.rows.push(texts);
}

/** Spans beyond the limit count as one cell. */
function spansOf({ column_span, row_span }: Cell, room: number) {
  return column_span > room ? { columns: 1, rows: 1 } : { columns: column_span, rows: row_span };
}

/** Fills the places that cells of rows above cover. */
function skipCovered(texts: string[], covered: Map<number, number>): void {
  for (let left = covered.get(texts.length); left !== undefined; left = covered.get(texts.length)) {
    if (left === 1) covered.delete(texts.length);
    else covered.set(texts.length, left - 1);
    texts.push("");
  }
}
