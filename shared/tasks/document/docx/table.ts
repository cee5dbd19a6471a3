import type { Cell, Table } from "./blocks.ts";
import { integer } from "./numerals.ts";
import { elements, find, isOn, valueAt, type Xml } from "./xml.ts";

/** The contents of a cell. */
type Content = Pick<Cell, "text" | "tables" | "blocks">;

/** Reads a table as it is when all tracked changes are accepted; it has no rows if all are deleted. */
export function tableOf(element: Xml, read: (cell: Xml) => Content): Table {
  const rows = rowsOf(element).filter((row) => find(row, "w:trPr", "w:del") === undefined);
  const grid = rows.map((row) => cellsOf(row, read));
  const body = rows.findIndex((row) => !isOn(find(row, "w:trPr", "w:tblHeader")));
  return {
    kind: "table",
    rows: grid.map((row, index) => row.flatMap((cell) => visible(cell, grid, index))),
    head_rows: body === -1 ? rows.length : body,
  };
}

/** A cell with its position in the grid, before merged cells are folded. */
interface GridCell extends Content {
  readonly column: number;
  readonly span: number;
  /** Whether the cell continues the merged cell above it. */
  readonly continues: boolean;
}

function rowsOf(table: Xml): Xml[] {
  return elements(table).flatMap((child) => (child.name === "w:tr" ? [child] : wrapped(child, rowsOf)));
}

/** Looks into content controls, which may wrap rows and cells. */
function wrapped(child: Xml, look: (inside: Xml) => Xml[]): Xml[] {
  const isWrapper = ["w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml"].includes(child.name);
  return isWrapper ? look(child) : [];
}

function cellElements(row: Xml): Xml[] {
  return elements(row).flatMap((child) => (child.name === "w:tc" ? [child] : wrapped(child, cellElements)));
}

function cellsOf(row: Xml, read: (cell: Xml) => Content): GridCell[] {
  let column = integer(valueAt(row, "w:trPr", "w:gridBefore"), 0);
  const kept = cellElements(row).filter((cell) => find(cell, "w:tcPr", "w:cellDel") === undefined);
  return kept.map((element) => {
    const properties = find(element, "w:tcPr");
    const span = Math.max(1, integer(valueAt(properties, "w:gridSpan"), 1));
    const at = column;
    column += span;
    return { ...read(element), span, column: at, continues: continuesAbove(properties) };
  });
}

/** Whether a cell is merged into the one above it, or is when the tracked merge is accepted. */
function continuesAbove(properties: Xml | undefined): boolean {
  const tracked = find(properties, "w:cellMerge")?.attributes["w:vMerge"];
  if (tracked !== undefined) return tracked === "cont";
  const merge = find(properties, "w:vMerge");
  return merge !== undefined && merge.attributes["w:val"] !== "restart";
}

function visible(cell: GridCell, grid: readonly (readonly GridCell[])[], row: number): Cell[] {
  const { text, span, tables, blocks, column } = cell;
  if (cell.continues && grid[row - 1]?.some((above) => above.column === column)) return [];
  let end = row + 1;
  while (grid[end]?.some((below) => below.continues && below.column === column)) end += 1;
  return [{ text, column_span: span, row_span: end - row, tables, blocks }];
}
