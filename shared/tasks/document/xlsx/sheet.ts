import type { DocxZip } from "../docx/zip.ts";
import { type EventAttributes, readEvents, type XmlEvents } from "../package/events.ts";
import { cellText, type Grid, type GridSink, type MergedCells } from "../reading/grid.ts";
import { type CellValues, type SheetCell, shownValue } from "./cell.ts";
import { columnOf, MOST_COLUMNS, MOST_ROWS, mergedOf } from "./place.ts";
import { RichText } from "./strings.ts";

/** A sheet as its part has it. */
export interface SheetContent {
  readonly grid: Grid;
  readonly links: readonly SheetLink[];
  /** Formulas whose value the file does not have. */
  readonly withoutValue: number;
}

export interface SheetLink {
  readonly cell: string;
  /** Id of the relationship that has the address; undefined for a place in the workbook. */
  readonly id: string | undefined;
  readonly location: string;
}

/** Most merged ranges and links of a sheet that are kept. */
const MOST_MARKS = 50_000;

/** Reads a sheet row by row; only what the result shows is kept. */
export async function readSheet(
  zip: DocxZip,
  part: string,
  { values, sink }: { readonly values: CellValues; readonly sink: GridSink },
): Promise<SheetContent> {
  const reader = new SheetReader(values, sink);
  await readEvents({ name: part, chunks: zip.stream(part, "streamed") }, reader);
  return reader.content();
}

class SheetReader implements XmlEvents {
  readonly #values: CellValues;
  readonly #sink: GridSink;
  readonly #merged: MergedCells[] = [];
  readonly #links: SheetLink[] = [];
  readonly #hiddenColumns: (readonly [from: number, to: number])[] = [];
  readonly #inline = new RichText();
  #row = 0;
  #column = 0;
  #cells: string[] = [];
  #cell: SheetCell | undefined;
  #takesValue = false;
  #withoutValue = 0;

  constructor(values: CellValues, sink: GridSink) {
    this.#values = values;
    this.#sink = sink;
  }

  open(name: string, attributes: EventAttributes): void {
    if (this.#cell !== undefined) this.#openInCell(this.#cell, name);
    else if (name === "c") this.#openCell(attributes);
    else if (name === "row") this.#openRow(attributes);
    else this.#mark(name, attributes);
  }

  text(text: string): void {
    if (this.#cell === undefined) return;
    if (this.#takesValue) this.#cell.value = cellText(this.#cell.value, text);
    else this.#inline.add(text);
  }

  close(name: string): void {
    if (name === "c" && this.#cell !== undefined) this.#closeCell(this.#cell);
    else if (name === "row") this.#sink.add(this.#cells, this.#row);
    else if (this.#cell !== undefined) {
      if (name === "v") this.#takesValue = false;
      this.#inline.close(name);
    }
  }

  content(): SheetContent {
    const grid = this.#sink.grid({ merged: this.#merged });
    const hidden_columns = this.#hiddenColumns.flatMap(([from, to]) =>
      numbers(from, Math.min(to, grid.column_count)),
    );
    return { grid: { ...grid, hidden_columns }, links: this.#links, withoutValue: this.#withoutValue };
  }

  #openRow({ r, hidden }: EventAttributes): void {
    const stated = Number(r);
    this.#row = Number.isInteger(stated) && stated > 0 && stated <= MOST_ROWS ? stated : this.#row + 1;
    this.#column = 0;
    this.#cells = [];
    if (isTrue(hidden)) this.#sink.hideRow(this.#row);
  }

  #openCell({ r, t, s }: EventAttributes): void {
    this.#column = columnOf(r ?? "") || Math.min(this.#column + 1, MOST_COLUMNS);
    this.#cell = { type: t ?? "n", style: s, value: "", hasFormula: false };
    this.#inline.start();
  }

  #openInCell(cell: SheetCell, name: string): void {
    if (name === "f") cell.hasFormula = true;
    this.#takesValue = name === "v";
    this.#inline.open(name);
  }

  #closeCell(cell: SheetCell): void {
    this.#cell = undefined;
    this.#takesValue = false;
    if (cell.type === "inlineStr") cell.value = this.#inline.text();
    if (cell.hasFormula && cell.value === "") this.#withoutValue += 1;
    const shown = shownValue(cell, this.#values);
    if (shown === "") return;
    while (this.#cells.length < this.#column - 1) this.#cells.push("");
    this.#cells[this.#column - 1] = shown;
  }

  #mark(name: string, attributes: EventAttributes): void {
    if (name === "mergeCell") this.#merge(attributes.ref ?? "");
    else if (name === "hyperlink") this.#link(attributes);
    else if (name === "col") this.#columns(attributes);
  }

  #merge(range: string): void {
    const merged = this.#merged.length < MOST_MARKS ? mergedOf(range) : undefined;
    if (merged !== undefined) this.#merged.push(merged);
  }

  #link({ ref = "", id, location = "" }: EventAttributes): void {
    if (this.#links.length < MOST_MARKS) this.#links.push({ cell: ref, id, location });
  }

  #columns({ min, max, hidden }: EventAttributes): void {
    if (!isTrue(hidden) || this.#hiddenColumns.length >= MOST_COLUMNS) return;
    this.#hiddenColumns.push([Math.max(1, Number(min) || 1), Number(max) || 0]);
  }
}

function isTrue(value: string | undefined): boolean {
  return value === "1" || value === "true";
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}
