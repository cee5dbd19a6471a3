import { type Cell, type DocxBlock, type Table, textOfBlocks } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import { withinReason } from "../reading/spans.ts";
import type { ParagraphLook } from "./looks.ts";

interface Row {
  readonly cells: readonly (readonly DocxBlock[])[];
  readonly isHead: boolean;
  /** Left edge of each cell and the right edge of the last, in twips; none where the row is not defined. */
  readonly edges: readonly number[];
  /** Of each cell: whether it belongs to the one before it, and to the one above it. */
  readonly merges: readonly { readonly left: boolean; readonly above: boolean }[];
}

interface OpenTable {
  readonly rows: Row[];
  cells: DocxBlock[][];
  blocks: DocxBlock[];
}

/** Blocks of a story, in which tables may lie in the cells of others. */
export class TableStack {
  readonly #form: Form;
  readonly #body: DocxBlock[] = [];
  readonly #open: OpenTable[] = [];

  constructor(form: Form) {
    this.#form = form;
  }

  /** Takes the blocks of a paragraph. @param isCell whether it ends with the mark of a cell or row */
  take(blocks: readonly DocxBlock[], look: Readonly<ParagraphLook>, isCell: boolean): void {
    const depth = isCell ? Math.max(1, look.depth) : look.depth;
    while (this.#open.length > depth) this.#close();
    while (this.#open.length < depth) this.#open.push({ rows: [], cells: [], blocks: [] });
    const table = this.#open.at(-1);
    (table?.blocks ?? this.#body).push(...blocks);
    if (table === undefined) return;
    if (look.isRowEnd) endRow(table, look);
    else if (isCell || look.isCellEnd) endCell(table);
  }

  end(): DocxBlock[] {
    while (this.#open.length > 0) this.#close();
    return this.#body;
  }

  #close(): void {
    const table = this.#open.pop();
    if (table === undefined) return;
    if (table.blocks.length > 0 || table.cells.length > 0) endRow(table, undefined);
    if (table.rows.length > 0)
      (this.#open.at(-1)?.blocks ?? this.#body).push(tableOf(table.rows, this.#form));
  }
}

function endCell(table: OpenTable): void {
  table.cells.push(table.blocks);
  table.blocks = [];
}

function endRow(table: OpenTable, look: Readonly<ParagraphLook> | undefined): void {
  if (table.blocks.length > 0) endCell(table);
  const { cells } = table;
  table.cells = [];
  if (cells.length > 0)
    table.rows.push({ cells, isHead: look?.isHeadRow ?? false, ...definitionOf(look?.row, cells.length) });
}

/** Bytes of what the definition says of a cell behind its edges. */
const CELL = 20;

/** Edges and merged cells of a row (MS-DOC 2.9.321). */
function definitionOf(row: Buffer | undefined, count: number): Pick<Row, "edges" | "merges"> {
  const defined = row?.[0] ?? 0;
  if (row === undefined || defined < count || row.length < 1 + 2 * (defined + 1))
    return { edges: [], merges: [] };
  const edges = Array.from({ length: count + 1 }, (_, at) => row.readInt16LE(1 + 2 * at));
  const from = 1 + 2 * (defined + 1);
  const merges = Array.from({ length: count }, (_, at) => {
    const flags = from + CELL * at + 2 <= row.length ? row.readUInt16LE(from + CELL * at) : 0;
    // Of two bits the first says that cells are merged, the second that the cell is the first of these.
    return { left: (flags & 3) === 2, above: (flags & 0x60) === 0x20 };
  });
  return { edges, merges };
}

function tableOf(rows: readonly Row[], form: Form): Table {
  const columns = columnsOf(rows);
  const above = new Map<number, { row: number; cell: number }>();
  const grid: Cell[][] = [];
  for (const row of rows) grid.push(cellsOf(row, { columns, above, grid, form }));
  const body = rows.findIndex(({ isHead }) => !isHead);
  return { kind: "table", rows: withinReason(grid), head_rows: body === -1 ? rows.length : body };
}

interface Layout {
  readonly columns: (edge: number) => number;
  /** The cell that stands above, by its column. */
  readonly above: Map<number, { row: number; cell: number }>;
  readonly grid: Cell[][];
  readonly form: Form;
}

function cellsOf({ cells, edges, merges }: Row, { columns, above, grid, form }: Layout): Cell[] {
  const row: Cell[] = [];
  for (const [at, blocks] of cells.entries()) {
    const { column, span } = placeOf(edges, at, columns);
    const merge = blocks.length === 0 ? merges[at] : undefined;
    const before = merge?.left === true ? row.at(-1) : undefined;
    if (merge?.above === true && lengthen(grid, above.get(column))) continue;
    if (before === undefined) {
      above.set(column, { row: grid.length, cell: row.length });
      row.push(cellOf(blocks, span, form));
    } else row.splice(-1, 1, { ...before, column_span: before.column_span + span });
  }
  return row;
}

function placeOf(edges: readonly number[], at: number, columns: Layout["columns"]) {
  const [left, right] = [edges[at], edges[at + 1]];
  if (left === undefined || right === undefined) return { column: at, span: 1 };
  return { column: columns(left), span: Math.max(1, columns(right) - columns(left)) };
}

/** Lets a cell of a row above cover the row that is read, too. */
function lengthen(
  grid: Cell[][],
  above: { readonly row: number; readonly cell: number } | undefined,
): boolean {
  const cell = above === undefined ? undefined : grid[above.row]?.[above.cell];
  if (above === undefined || cell === undefined) return false;
  grid[above.row]?.splice(above.cell, 1, { ...cell, row_span: grid.length - above.row + 1 });
  return true;
}

function cellOf(blocks: readonly DocxBlock[], column_span: number, form: Form): Cell {
  const tables = blocks.filter((block) => block.kind === "table");
  return { text: textOfBlocks(blocks), column_span, row_span: 1, tables, blocks: form.kept(blocks) };
}

/** Edges that are nearer to each other than this are one: about a millimetre, in twips. */
const NEAR = 60;

/** Number of the column that begins at an edge, counted over all rows. */
function columnsOf(rows: readonly Row[]): (edge: number) => number {
  const numbers = new Map<number, number>();
  let [column, start] = [-1, Number.NEGATIVE_INFINITY];
  for (const edge of [...new Set(rows.flatMap(({ edges }) => edges))].sort((one, other) => one - other)) {
    if (edge - start > NEAR) {
      column += 1;
      start = edge;
    }
    numbers.set(edge, column);
  }
  return (edge) => numbers.get(edge) ?? 0;
}
