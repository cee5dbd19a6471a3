import type { MergedCells } from "../reading/grid.ts";

export const MOST_ROWS = 1_048_576;
export const MOST_COLUMNS = 16_384;

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** The place that `B2` or `$B$2` names; undefined for none within a sheet. */
export function placeOf(reference: string): CellPlace | undefined {
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference);
  if (match === null) return undefined;
  const column = columnOf(match[1] ?? "");
  const row = Number(match[2]);
  return column > MOST_COLUMNS || row < 1 || row > MOST_ROWS ? undefined : { row, column };
}

/** The column of a reference such as `AB12`; 0 where it names none within a sheet. */
export function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
    if (column > MOST_COLUMNS) return 0;
  }
  return column;
}

/** The cells that `B2:C4` names; undefined for a single cell and for no range. */
export function mergedOf(range: string): MergedCells | undefined {
  const [first, last] = range.split(":").map(placeOf);
  if (first === undefined || last === undefined) return undefined;
  const [row, column] = [Math.min(first.row, last.row), Math.min(first.column, last.column)];
  const row_span = Math.abs(last.row - first.row) + 1;
  const column_span = Math.abs(last.column - first.column) + 1;
  return row_span === 1 && column_span === 1 ? undefined : { row, column, row_span, column_span };
}
