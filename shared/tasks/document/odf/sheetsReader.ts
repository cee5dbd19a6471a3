import { entryOf } from "../own.ts";
import type { EventAttributes, XmlEvents } from "../package/events.ts";
import { CellBudget, cellText, type Grid, GridSink, type MergedCells } from "../reading/grid.ts";
import type { DocumentLink, SideNote } from "../reading/reading.ts";
import { singleSpaced } from "../reading/white.ts";
import { MOST_COLUMNS, MOST_ROWS } from "../xlsx/place.ts";

interface ReadSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly grid: Grid;
}

/** Most merged cells, links and comments of a spreadsheet that are kept. */
const MOST_MARKS = 50_000;

/** Reads sheets row by row. Rows and cells that are repeated are written out as far as the result shows them. */
export class SheetsReader implements XmlEvents {
  readonly sheets: ReadSheet[] = [];
  readonly links: DocumentLink[] = [];
  readonly notes: SideNote[] = [];
  readonly #budget: CellBudget;
  readonly #hiddenStyles = new Set<string>();
  #style = "";
  #sheet:
    | {
        readonly name: string;
        readonly hidden: boolean;
        readonly sink: GridSink;
        readonly merged: MergedCells[];
      }
    | undefined;
  #row = 0;
  #cells: string[] = [];
  #column = 0;
  #repeatedRows = 1;
  #cell: { text: string; readonly times: number; hasParagraph: boolean } | undefined;
  #comment: { text: string; author: string } | undefined;
  #isAuthor = false;
  #isText = false;
  #link: { text: string; readonly target: string } | undefined;
  /** Tables in cells, and what else is no table of the spreadsheet. */
  #depth = 0;

  /** @param characters most characters of text that the result shows */
  constructor(characters: number) {
    this.#budget = new CellBudget(characters);
  }

  open(name: string, attributes: EventAttributes): void {
    entryOf(OPEN, name)?.(this, attributes);
  }

  text(text: string): void {
    if (this.#comment !== undefined && this.#isAuthor) this.#comment.author += text;
    if (!this.#isText) return;
    const shown = singleSpaced(text);
    this.#add(shown);
    if (this.#link !== undefined) this.#link.text += shown;
  }

  close(name: string): void {
    entryOf(CLOSE, name)?.(this);
  }

  openStyle({ name = "" }: EventAttributes): void {
    this.#style = name;
  }

  properties({ display }: EventAttributes): void {
    if (display === "false") this.#hiddenStyles.add(this.#style);
  }

  openTable(attributes: EventAttributes): void {
    this.#depth += 1;
    if (this.#depth > 1) return;
    const hidden = this.#hiddenStyles.has(attributes["style-name"] ?? "");
    const sink = new GridSink(this.#budget);
    this.#sheet = { name: attributes.name ?? "", hidden, sink, merged: [] };
    this.#row = 0;
  }

  closeTable(): void {
    this.#depth -= 1;
    if (this.#depth > 0 || this.#sheet === undefined) return;
    const { name, hidden, sink, merged } = this.#sheet;
    this.sheets.push({ name, hidden, grid: sink.grid({ merged }) });
    this.#sheet = undefined;
  }

  openRow(attributes: EventAttributes): void {
    if (this.#depth !== 1) return;
    this.#cells = [];
    this.#column = 0;
    this.#repeatedRows = times(attributes["number-rows-repeated"], MOST_ROWS);
    const isHidden = attributes.visibility === "collapse" || attributes.visibility === "filter";
    if (isHidden && this.#repeatedRows < 1_000) this.#sheet?.sink.hideRow(this.#row + 1);
  }

  closeRow(): void {
    if (this.#depth !== 1 || this.#sheet === undefined) return;
    const left = Math.min(this.#repeatedRows, MOST_ROWS - this.#row);
    if (this.#cells.some((cell) => cell !== "")) this.#sheet.sink.repeat(this.#cells, this.#row + 1, left);
    this.#row = Math.min(MOST_ROWS, this.#row + this.#repeatedRows);
  }

  openCell(attributes: EventAttributes): void {
    if (this.#depth !== 1) return;
    this.#cell = {
      text: "",
      times: times(attributes["number-columns-repeated"], MOST_COLUMNS),
      hasParagraph: false,
    };
    const row_span = times(attributes["number-rows-spanned"], MOST_ROWS);
    const column_span = times(attributes["number-columns-spanned"], MOST_COLUMNS);
    if ((row_span > 1 || column_span > 1) && (this.#sheet?.merged.length ?? MOST_MARKS) < MOST_MARKS)
      this.#sheet?.merged.push({ row: this.#row + 1, column: this.#column + 1, row_span, column_span });
  }

  closeCell(): void {
    if (this.#depth !== 1 || this.#cell === undefined) return;
    const { text, times: repeated } = this.#cell;
    this.#cell = undefined;
    const left = Math.min(repeated, MOST_COLUMNS - this.#column);
    if (text !== "") {
      while (this.#cells.length < this.#column) this.#cells.push("");
      for (let done = 0; done < left; done += 1) this.#cells.push(text);
    }
    this.#column += left;
  }

  openParagraph(): void {
    this.#isText = this.#depth === 1;
    if (this.#comment !== undefined) {
      if (this.#comment.text !== "") this.#comment.text += "\n";
    } else if (this.#cell !== undefined) {
      if (this.#cell.hasParagraph) this.#cell.text += "\n";
      this.#cell.hasParagraph = true;
    }
  }

  closeParagraph(): void {
    this.#isText = false;
  }

  openComment(): void {
    this.#comment = { text: "", author: "" };
  }

  author(isOpen: "open" | "closed"): void {
    this.#isAuthor = isOpen === "open";
  }

  closeComment(): void {
    const comment = this.#comment;
    this.#comment = undefined;
    if (comment === undefined || this.notes.length >= MOST_MARKS) return;
    const place = columnName(this.#column + 1) + (this.#row + 1);
    this.notes.push({
      kind: "comment",
      section: this.sheets.length + 1,
      place,
      author: comment.author,
      text: comment.text,
    });
  }

  openLink({ href = "" }: EventAttributes): void {
    this.#link = { text: "", target: href };
  }

  closeLink(): void {
    if (this.#link !== undefined && this.#link.target !== "" && this.links.length < MOST_MARKS)
      this.links.push(this.#link);
    this.#link = undefined;
  }

  spaces({ c }: EventAttributes): void {
    if (this.#isText) this.#add(" ".repeat(times(c, 1_000)));
  }

  lineBreak(): void {
    if (this.#isText) this.#add("\n");
  }

  #add(text: string): void {
    if (this.#comment !== undefined) this.#comment.text = cellText(this.#comment.text, text);
    else if (this.#cell !== undefined) this.#cell.text = cellText(this.#cell.text, text);
  }
}

const OPEN: Readonly<Record<string, (reader: SheetsReader, attributes: EventAttributes) => void>> = {
  style: (reader, attributes) => reader.openStyle(attributes),
  "table-properties": (reader, attributes) => reader.properties(attributes),
  table: (reader, attributes) => reader.openTable(attributes),
  "table-row": (reader, attributes) => reader.openRow(attributes),
  "table-cell": (reader, attributes) => reader.openCell(attributes),
  "covered-table-cell": (reader, attributes) =>
    reader.openCell({ "number-columns-repeated": attributes["number-columns-repeated"] ?? "1" }),
  p: (reader) => reader.openParagraph(),
  annotation: (reader) => reader.openComment(),
  creator: (reader) => reader.author("open"),
  a: (reader, attributes) => reader.openLink(attributes),
  s: (reader, attributes) => reader.spaces(attributes),
  "line-break": (reader) => reader.lineBreak(),
};

const CLOSE: Readonly<Record<string, (reader: SheetsReader) => void>> = {
  table: (reader) => reader.closeTable(),
  "table-row": (reader) => reader.closeRow(),
  "table-cell": (reader) => reader.closeCell(),
  "covered-table-cell": (reader) => reader.closeCell(),
  p: (reader) => reader.closeParagraph(),
  annotation: (reader) => reader.closeComment(),
  creator: (reader) => reader.author("closed"),
  a: (reader) => reader.closeLink(),
};

/** A number of times, from 1. Numbers above a million are none that a sheet has. */
function times(stated: string | undefined, most: number): number {
  const number = Number(stated ?? 1);
  return Number.isInteger(number) && number > 0 ? Math.min(number, most) : 1;
}

function columnName(column: number): string {
  const letter = String.fromCharCode(65 + ((column - 1) % 26));
  return column > 26 ? columnName(Math.floor((column - 1) / 26)) + letter : letter;
}
