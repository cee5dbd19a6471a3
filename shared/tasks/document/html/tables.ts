import { type Cell, type DocxBlock, type Table, textOfBlocks } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import { withinReason } from "../reading/spans.ts";

/** Widest and tallest cells of HTML. */
const MOST_COLUMNS = 1_000;
const MOST_ROWS = 65_534;

/** A table while it is read. */
export class OpenTable {
  readonly #form: Form;
  readonly #rows: { readonly cells: Cell[]; isHead: boolean }[] = [];
  /** Whether the rows are those of a `thead`. */
  isHead = false;
  #spans: Pick<Cell, "column_span" | "row_span"> = { column_span: 1, row_span: 1 };

  constructor(form: Form) {
    this.#form = form;
  }

  openRow(): void {
    this.#rows.push({ cells: [], isHead: this.isHead });
  }

  openCell(name: string, { colspan, rowspan }: Readonly<Record<string, string>>): void {
    if (this.#rows.length === 0) this.openRow();
    const row = this.#rows.at(-1);
    // A row of head cells alone at the start is a head, as it is in a `thead`.
    if (row !== undefined)
      row.isHead = (row.cells.length === 0 || row.isHead) && (name === "th" || this.isHead);
    this.#spans = { column_span: span(colspan, MOST_COLUMNS), row_span: span(rowspan, MOST_ROWS) };
  }

  closeCell(blocks: readonly DocxBlock[]): void {
    const tables = blocks.filter((block) => block.kind === "table");
    const cell = { text: textOfBlocks(blocks), tables, blocks: this.#form.kept(blocks), ...this.#spans };
    this.#rows.at(-1)?.cells.push(cell);
  }

  /** The table; undefined for one without cells. */
  close(): Table | undefined {
    const rows = this.#rows.filter(({ cells }) => cells.length > 0);
    if (rows.length === 0) return undefined;
    const body = rows.findIndex(({ isHead }) => !isHead);
    const heads = body === -1 ? 0 : body;
    return { kind: "table", rows: withinReason(rows.map(({ cells }) => cells)), head_rows: heads };
  }
}

function span(stated: string | undefined, most: number): number {
  const number = Number.parseInt(stated ?? "1", 10);
  return Number.isNaN(number) || number < 1 ? 1 : Math.min(number, most);
}
