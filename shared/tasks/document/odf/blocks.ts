import { type Cell, type DocxBlock, textOfBlocks } from "../docx/blocks.ts";
import { integer } from "../docx/numerals.ts";
import { descendants, elements, type Xml } from "../docx/xml.ts";
import { withinReason } from "../reading/spans.ts";
import { type Anchored, type OdfContext, paragraphBlocks } from "./inline.ts";
import { labelOf } from "./lists.ts";

/** Most times that a row or cell of a table in a text is repeated. */
const MOST_REPEATED = 100;

/** Reads the blocks of a text, cell, text box or list item. */
export function blocksOf(parent: Xml, context: OdfContext): DocxBlock[] {
  return elements(parent).flatMap((child) => blockOf(child, context));
}

function blockOf(child: Xml, context: OdfContext): DocxBlock[] {
  const { name, attributes } = child;
  if (name === "text:p" || name === "text:h") return paragraph(child, context);
  if (name === "text:list") return listBlocks(child, context, { above: [], style: "" });
  if (name === "table:table") return tableBlocks(child, context);
  if (SKIPPED.has(name) || attributes["text:display"] === "none") return [];
  return blocksOf(child, context);
}

const SKIPPED: ReadonlySet<string> = new Set([
  ...[
    "text:tracked-changes",
    "office:forms",
    "text:sequence-decls",
    "text:variable-decls",
    "office:annotation",
  ],
  ...[
    "text:table-of-content-source",
    "text:illustration-index-source",
    "office:event-listeners",
    "desc",
    "title",
  ],
]);

function paragraph(element: Xml, context: OdfContext): DocxBlock[] {
  const anchored: Anchored = { boxes: [] };
  const own = paragraphBlocks(element, context, anchored);
  return [...own, ...anchored.boxes.flatMap((box) => blocksOf(box, context).map(inTextBox))];
}

function inTextBox(block: DocxBlock): DocxBlock {
  return block.kind === "paragraph" ? { ...block, in_text_box: true } : block;
}

interface ListPlace {
  /** Numbers of the items that it is in, from the outermost on. */
  readonly above: readonly number[];
  readonly style: string;
}

function listBlocks(list: Xml, context: OdfContext, place: ListPlace): DocxBlock[] {
  const style = list.attributes["text:style-name"] ?? place.style;
  const level = place.above.length;
  const numbered = context.numbered.get(style)?.[level];
  let number = (numbered?.start ?? 1) - 1;
  return elements(list).flatMap((item) => {
    const isItem = item.name === "text:list-item";
    if (isItem) number = integer(item.attributes["text:start-value"], number + 1);
    const numbers = [...place.above, number];
    let label = isItem ? labelOf(numbered, numbers) : "";
    return elements(item).flatMap((child) => {
      if (child.name === "text:list") return listBlocks(child, context, { above: numbers, style });
      const blocks = blockOf(child, context);
      const [first, ...rest] = blocks;
      if (label === "" || first?.kind !== "paragraph") return blocks;
      const item = { id: style, level, ordered: numbered !== undefined, label };
      label = "";
      return [{ ...first, list: item }, ...rest];
    });
  });
}

function tableBlocks(table: Xml, context: OdfContext): DocxBlock[] {
  const heads = descendants(table, "table:table-header-rows").flatMap((head) =>
    elements(head, "table:table-row"),
  );
  const rows = rowsOf(table).flatMap((row) => {
    const cells = cellsOf(row, context);
    const times = Math.min(MOST_REPEATED, integer(row.attributes["table:number-rows-repeated"], 1));
    return cells.every(({ text }) => text === "") ? [] : Array<readonly Cell[]>(times).fill(cells);
  });
  if (rows.length === 0) return [];
  return [{ kind: "table", rows: withinReason(rows), head_rows: Math.min(heads.length, rows.length) }];
}

/** Rows of a table, also those in groups; tables in cells have their own. */
function rowsOf(parent: Xml): Xml[] {
  return elements(parent).flatMap((child) => {
    if (child.name === "table:table-row") return [child];
    return /^table:table-(?:header-rows|rows|row-group)$/.test(child.name) ? rowsOf(child) : [];
  });
}

function cellsOf(row: Xml, context: OdfContext): Cell[] {
  return elements(row, "table:table-cell").flatMap((cell) => {
    const { attributes } = cell;
    const blocks = blocksOf(cell, context);
    const read: Cell = {
      text: textOfBlocks(blocks),
      column_span: Math.max(1, integer(attributes["table:number-columns-spanned"], 1)),
      row_span: Math.max(1, integer(attributes["table:number-rows-spanned"], 1)),
      tables: blocks.filter((block) => block.kind === "table"),
      blocks: context.form.kept(blocks),
    };
    const times = Math.min(
      MOST_REPEATED,
      Math.max(1, integer(attributes["table:number-columns-repeated"], 1)),
    );
    return Array<Cell>(times).fill(read);
  });
}
