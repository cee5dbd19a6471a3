import type { Cell, DocxBlock, ListItem, Paragraph, Table } from "./blocks.ts";
import { textOfBlocks } from "./blocks.ts";
import type { Notes } from "./notes.ts";
import { integer, type Numbering } from "./numbering.ts";
import { type Found, inlineText } from "./runs.ts";
import { type Styles, toHeadingLevel } from "./styles.ts";
import { elements, find, valueAt, type Xml } from "./xml.ts";

/** State that the blocks of a part share with the rest of the document. */
export interface BodyContext {
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly notes: Notes;
  /** Texts of the text boxes found so far, in order. */
  readonly boxes: string[];
  /** Ids of the relationships to charts and diagrams found so far, in order. */
  readonly graphics: string[];
}

/** Reads the blocks of a body, cell, note or header, including those inside content controls. */
export function blocksOf(parent: Xml, context: BodyContext): DocxBlock[] {
  return elements(parent).flatMap((child) => blocksIn(child, context));
}

/** Reads an element as blocks; a text box or table inside a paragraph becomes blocks after that paragraph. */
export function blocksIn(element: Xml, context: BodyContext): DocxBlock[] {
  if (element.name === "w:tbl") return [tableOf(element, context)];
  if (element.name === "w:p") return paragraphOf(element, context);
  if (SKIPPED.has(element.name)) return [];
  return blocksOf(element, context);
}

const SKIPPED = new Set(["w:sectPr", "w:sdtPr", "w:tcPr", "w:tblPr", "w:del", "w:moveFrom", "mc:Fallback"]);

function paragraphOf(element: Xml, context: BodyContext): DocxBlock[] {
  const found: Found = { boxes: [], tables: [], graphics: context.graphics };
  const text = inlineText(element, context.notes, found);
  const properties = find(element, "w:pPr");
  const style = context.styles(valueAt(properties, "w:pStyle"));
  const outline = valueAt(properties, "w:outlineLvl");
  const paragraph: Paragraph = {
    kind: "paragraph",
    text,
    style: style.name,
    heading_level: (outline === undefined ? style.headingLevel : toHeadingLevel(outline)) ?? null,
    in_text_box: false,
    list: listItem(find(properties, "w:numPr"), style.numbering, context),
  };
  const boxes = found.boxes.map((box) => blocksOf(box, context).map(inTextBox));
  context.boxes.push(...boxes.map(textOfBlocks));
  return [paragraph, ...found.tables.map((table) => tableOf(table, context)), ...boxes.flat()];
}

function inTextBox(block: DocxBlock): DocxBlock {
  return block.kind === "paragraph" ? { ...block, in_text_box: true } : block;
}

function listItem(
  own: Xml | undefined,
  inherited: Xml | undefined,
  { numbering }: BodyContext,
): ListItem | null {
  const id = valueAt(own, "w:numId") ?? valueAt(inherited, "w:numId");
  if (id === undefined) return null;
  const level = integer(valueAt(own, "w:ilvl") ?? valueAt(inherited, "w:ilvl"), 0);
  const label = numbering.next(id, level);
  return label === undefined ? null : { id, level, ordered: label.ordered, label: label.text };
}

function tableOf(element: Xml, context: BodyContext): Table {
  const grid = rowsOf(element).map((row) => cellsOf(row, context));
  return { kind: "table", rows: grid.map((row, index) => row.flatMap((cell) => visible(cell, grid, index))) };
}

/** A cell with its position in the grid, before merged cells are folded. */
interface GridCell extends Cell {
  readonly column: number;
  /** Whether the cell continues the merged cell above it. */
  readonly continues: boolean;
}

function rowsOf(table: Xml): Xml[] {
  return elements(table).flatMap((child) => (child.name === "w:tr" ? [child] : wrapped(child, rowsOf)));
}

/** Looks into content controls, which may wrap rows and cells. */
function wrapped(child: Xml, look: (inside: Xml) => Xml[]): Xml[] {
  const isWrapper = ["w:sdt", "w:sdtContent", "w:ins", "w:customXml"].includes(child.name);
  return isWrapper ? look(child) : [];
}

function cellElements(row: Xml): Xml[] {
  return elements(row).flatMap((child) => (child.name === "w:tc" ? [child] : wrapped(child, cellElements)));
}

function cellsOf(row: Xml, context: BodyContext): GridCell[] {
  let column = integer(valueAt(row, "w:trPr", "w:gridBefore"), 0);
  return cellElements(row).map((element) => {
    const blocks = blocksOf(element, context);
    const properties = find(element, "w:tcPr");
    const column_span = Math.max(1, integer(valueAt(properties, "w:gridSpan"), 1));
    const merge = find(properties, "w:vMerge");
    const at = column;
    column += column_span;
    return {
      text: textOfBlocks(blocks),
      column_span,
      row_span: 1,
      tables: blocks.filter((block) => block.kind === "table"),
      column: at,
      continues: merge !== undefined && merge.attributes["w:val"] !== "restart",
    };
  });
}

function visible(cell: GridCell, grid: readonly (readonly GridCell[])[], row: number): Cell[] {
  if (cell.continues && row > 0) return [];
  const below = grid.slice(row + 1);
  const end = below.findIndex((cells) => !cells.some((one) => one.continues && one.column === cell.column));
  const { text, column_span, tables } = cell;
  return [{ text, column_span, row_span: 1 + (end === -1 ? below.length : end), tables }];
}
