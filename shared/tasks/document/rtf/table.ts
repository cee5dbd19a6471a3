import { type Cell, type DocxBlock, type Table, textOfBlocks } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";

/** Rows that follow each other, with the merged cells that their definitions tell. */
export class RtfTable {
  readonly #form: Form;
  readonly #rows: Cell[][] = [];
  #cells: DocxBlock[][] = [];
  /** Of each cell of the row that is defined: whether it goes on the cell before it. */
  #continues: boolean[] = [];
  #isContinued = false;

  constructor(form: Form) {
    this.#form = form;
  }

  get hasCells(): boolean {
    return this.#cells.length > 0;
  }

  define(): void {
    this.#continues = [];
    this.#isContinued = false;
  }

  continueCell(): void {
    this.#isContinued = true;
  }

  defineCell(): void {
    this.#continues.push(this.#isContinued);
    this.#isContinued = false;
  }

  addCell(blocks: DocxBlock[]): void {
    this.#cells.push(blocks);
  }

  endRow(): void {
    const row: Cell[] = [];
    for (const [at, blocks] of this.#cells.entries()) {
      const last = row.at(-1);
      if (this.#continues[at] === true && last !== undefined) {
        row[row.length - 1] = { ...last, column_span: last.column_span + 1 };
        if (blocks.length === 0) continue;
      }
      row.push({
        text: textOfBlocks(blocks),
        column_span: 1,
        row_span: 1,
        tables: [],
        blocks: this.#form.kept(blocks),
      });
    }
    if (row.length > 0) this.#rows.push(row);
    this.#cells = [];
  }

  /** The table; undefined where there were no rows. */
  end(): Table | undefined {
    this.endRow();
    const rows = this.#rows.splice(0);
    return rows.length === 0 ? undefined : { kind: "table", rows, head_rows: 0 };
  }
}
