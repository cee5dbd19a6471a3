import stringWidth from "string-width";
import { printable } from "../../shared/printable.ts";

export interface Column<Row> {
  readonly title: string;
  /** Value of a cell; `tableLines` makes it printable. */
  readonly value: (row: Row) => unknown;
  /**
   * Which part of a value that is too long stays, by default its start. The end of a path tells more; half an id is of
   * no use, so that other columns are cut instead.
   */
  readonly keep?: "start" | "end" | "whole";
}

const GAP = "  ";
/** Greatest width to which a column is padded where lines are not cut. */
const MAX_PADDING = 64;
/** Columns of the screen that a cell keeps, however narrow the terminal is. */
const LEAST = 8;

/**
 * Lines of a table, printable and aligned by their width on the screen. With a width (a terminal) the cells are
 * cut so that the lines fit; without one (a pipe) they are whole.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width?: number,
): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row) ?? "")));
  const all = [columns.map((column) => column.title), ...cells];
  const natural = columns.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, stringWidth(row[index] ?? "")), 0),
  );
  if (width === undefined)
    return all.map((row) =>
      lineOf(
        row,
        natural.map((cell) => Math.min(cell, MAX_PADDING)),
      ),
    );
  const whole = new Set(columns.flatMap(({ keep }, index) => (keep === "whole" ? index : [])));
  const widths = fitted(natural, whole, width - GAP.length * (columns.length - 1));
  const cutCell = (cell: string, index: number) =>
    columns[index]?.keep === "end" ? cutStart(cell, widths[index]) : cut(cell, widths[index]);
  return all.map((row) => cut(lineOf(row.map(cutCell), widths), width));
}

/** Cuts a text to `width` columns of the screen, with an ellipsis at the cut. */
export function cut(text: string, width: number | undefined): string {
  if (width === undefined || stringWidth(text) <= width) return text;
  return `${startOf([...text], width - 1).join("")}…`;
}

/** Cuts the start off a text, so that its end fits into `width` columns of the screen. */
export function cutStart(text: string, width: number | undefined): string {
  if (width === undefined || stringWidth(text) <= width) return text;
  return `…${startOf([...text].reverse(), width - 1)
    .reverse()
    .join("")}`;
}

/** As many of the characters as fit into `width` columns of the screen. */
function startOf(characters: readonly string[], width: number): string[] {
  let used = 0;
  const end = characters.findIndex((character) => {
    used += stringWidth(character);
    return used > width;
  });
  return end < 0 ? [...characters] : characters.slice(0, end);
}

/** Makes the widest columns narrower, but for the whole ones, until all fit into `available` columns of the screen. */
function fitted(natural: readonly number[], whole: ReadonlySet<number>, available: number): number[] {
  const widths = [...natural];
  for (;;) {
    const over = widths.reduce((sum, width) => sum + width, -available);
    const flexible = widths.filter((_, index) => !whole.has(index));
    const widest = Math.max(0, ...flexible);
    if (over <= 0 || widest <= LEAST) return widths;
    const next = Math.max(LEAST, ...flexible.filter((width) => width < widest));
    const share = Math.ceil(over / flexible.filter((width) => width === widest).length);
    const narrower = Math.max(next, widest - share);
    for (const [index, width] of widths.entries())
      if (width === widest && !whole.has(index)) widths[index] = narrower;
  }
}

/** The last column is not padded. */
function lineOf(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, index) => {
    const width = index === row.length - 1 ? 0 : (widths[index] ?? 0);
    return cell + " ".repeat(Math.max(0, width - stringWidth(cell)));
  });
  return cells.join(GAP).trimEnd();
}
