/** A document's text as a list of these, in order. */
export type DocxBlock = Paragraph | Table;

export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: string;
  /** Name of its style, as Word shows it; "" for the default. */
  readonly style: string;
  /** 1 (chapter) to 9, or null for running text. */
  readonly heading_level: number | null;
  readonly list: ListItem | null;
  /** It stands in a box beside the running text, after the paragraph that the box is anchored to. */
  readonly in_text_box: boolean;
}

export interface ListItem {
  /** Paragraphs of the same list have the same id. */
  readonly id: string;
  /** From 0: how deep the item is nested. */
  readonly level: number;
  readonly ordered: boolean;
  /** What Word prints before it: `2.`, `b)`, `•`. */
  readonly label: string;
}

export interface Table {
  readonly kind: "table";
  readonly rows: readonly (readonly Cell[])[];
}

export interface Cell {
  readonly text: string;
  /** Columns of the table's grid that it covers. */
  readonly column_span: number;
  /** Rows that it covers; the cells below that it swallowed are left out. */
  readonly row_span: number;
  readonly tables: readonly Table[];
}

/** Text as it is read aloud: list labels included, cells parted by tabs, blocks by line ends. */
export function textOfBlocks(blocks: readonly DocxBlock[]): string {
  return blocks.map(textOfBlock).join("\n");
}

function textOfBlock(block: DocxBlock): string {
  if (block.kind === "table")
    return block.rows.map((row) => row.map(({ text }) => text).join("\t")).join("\n");
  const label = block.list?.label ?? "";
  return label === "" ? block.text : `${label} ${block.text}`;
}
