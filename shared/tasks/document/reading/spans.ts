import type { Cell } from "../docx/blocks.ts";

/** Most places of a table that its merged cells may cover; one with more has no merged cells. */
const MOST_COVERED = 1_000_000;

/** The rows of a table whose merged cells could be written out. */
export function withinReason(rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  let covered = 0;
  for (const row of rows) for (const { column_span, row_span } of row) covered += column_span * row_span - 1;
  if (covered <= MOST_COVERED) return rows;
  return rows.map((row) => row.map((cell) => ({ ...cell, column_span: 1, row_span: 1 })));
}
