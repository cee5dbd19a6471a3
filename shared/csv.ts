/** Signs with which spreadsheets begin a formula. A tab or a line end before it is skipped by some of them. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const QUOTED = /[",\r\n]/;

export type CsvCell = string | number | boolean | null | undefined;

/** A line of a table by RFC 4180. An apostrophe before a text that a spreadsheet would compute makes it a text. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${csvCells(cells)}\r\n`;
}

/** The same without the end of the line. */
export function csvCells(cells: readonly CsvCell[]): string {
  return cells.map(cellText).join(",");
}

function cellText(cell: CsvCell): string {
  const text = String(cell ?? "");
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
