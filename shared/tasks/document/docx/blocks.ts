/** A block of a document's text; a document is a list of blocks in order. */
export type DocxBlock = Paragraph | Table;

export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: string;
  /** The text as HTML or Markdown, without what makes it a heading or an item; "" where only text is asked for. */
  readonly rendered: string;
  /** Style name as Word shows it; "" for the default style. */
  readonly style: string;
  /** 1 (chapter) to 9, or null for running text. */
  readonly heading_level: number | null;
  readonly list: ListItem | null;
  /** Whether the block is in a text box; it follows the paragraph that the box is anchored to. */
  readonly in_text_box: boolean;
}

export interface ListItem {
  /** Paragraphs of the same list have the same id. */
  readonly id: string;
  /** Nesting depth of the item, from 0. */
  readonly level: number;
  readonly ordered: boolean;
  /** Label that Word prints before the item: `2.`, `b)`, `•`. */
  readonly label: string;
}

export interface Table {
  readonly kind: "table";
  readonly rows: readonly (readonly Cell[])[];
  /** Number of rows at the start that are the head of the table. */
  readonly head_rows: number;
}

export interface Cell {
  readonly text: string;
  /** Number of columns of the table's grid that the cell covers. */
  readonly column_span: number;
  /** Number of rows that the cell covers; cells merged into it are left out. */
  readonly row_span: number;
  readonly tables: readonly Table[];
  /** Blocks of the cell; none where only text is asked for. */
  readonly blocks: readonly DocxBlock[];
}

/** Plain text of blocks: list labels are included, tabs separate cells and line ends separate blocks. */
export function textOfBlocks(blocks: readonly DocxBlock[]): string {
  return blocks.map(textOfBlock).join("\n");
}

function textOfBlock(block: DocxBlock): string {
  if (block.kind === "table")
    return block.rows.map((row) => row.map(({ text }) => text).join("\t")).join("\n");
  return labelled(block.list?.label ?? "", block.text);
}

/** A text behind its label. */
export function labelled(label: string, text: string): string {
  return label === "" ? text : `${label} ${text}`;
}
