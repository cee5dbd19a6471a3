import stringWidth from "string-width";
import { printable } from "./printable.ts";

export interface Column<Row> {
  readonly title: string;
  /** Value of a cell; `tableLines` makes it printable. */
  readonly value: (row: Row) => unknown;
}

const GAP = "  ";
/** Greatest width to which a column is padded: in columns of the screen, and as a share of a terminal's width. */
const MAX_PADDING = 64;
const MAX_SHARE = 0.4;

/**
 * Lines of a table, printable and aligned by their width on the screen. With a width (a terminal) the lines are
 * cut to it; without one (a pipe) they are whole.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width?: number,
): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row) ?? "")));
  const all = [columns.map((column) => column.title), ...cells];
  const limit = width === undefined ? MAX_PADDING : Math.max(8, Math.floor(width * MAX_SHARE));
  const widths = columns.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, Math.min(limit, stringWidth(row[index] ?? ""))), 0),
  );
  return all.map((row) => cut(lineOf(row, widths, width !== undefined), width));
}

/** Cuts a text to `width` columns of the screen, with an ellipsis at the cut. */
export function cut(text: string, width: number | undefined): string {
  if (width === undefined || stringWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += stringWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The last column is not padded and may be as long as the rest of the line. */
function lineOf(row: readonly string[], widths: readonly number[], cutting: boolean): string {
  const cells = row.map((cell, index) => {
    if (index === row.length - 1) return cell;
    const width = widths[index] ?? 0;
    return padded(cutting ? cut(cell, width) : cell, width);
  });
  return cells.join(GAP).trimEnd();
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - stringWidth(cell)));
}
