import { type DocxBlock, labelled, type Paragraph } from "../blocks.ts";

/** A list of items that follow each other. */
export interface ShownList {
  /** Number of the first item; undefined for a list whose items have no number of their own. */
  readonly start: number | undefined;
  readonly items: ShownItem[];
}

export interface ShownItem {
  readonly paragraph: Paragraph;
  /** Label that a list of HTML or Markdown cannot show: `a)`, `1.2`, `(iii)`. */
  readonly label: string;
  readonly lists: ShownList[];
}

/** Blocks with the items of each list gathered. */
export type ShownBlock =
  | Exclude<DocxBlock, Paragraph>
  | Paragraph
  | { readonly kind: "lists"; readonly lists: ShownList[] };

/** Gathers items that follow each other into lists in lists. */
export function withLists(blocks: readonly DocxBlock[]): ShownBlock[] {
  const shown: ShownBlock[] = [];
  let levels: OpenLevel[] = [];
  for (const block of blocks) {
    if (!isItem(block)) {
      levels = [];
      shown.push(block);
      continue;
    }
    if (levels.length === 0) {
      const lists: ShownList[] = [];
      shown.push({ kind: "lists", lists });
      levels = [{ level: block.list.level, lists }];
    }
    place(block, levels);
  }
  return shown;
}

type Item = Paragraph & { readonly list: NonNullable<Paragraph["list"]> };

/** Headings with a number stay headings; an item without a label is a paragraph. */
function isItem(block: DocxBlock): block is Item {
  if (block.kind !== "paragraph" || block.list === null || block.heading_level !== null) return false;
  return block.list.label !== "" && !block.in_text_box;
}

interface OpenLevel {
  readonly level: number;
  readonly lists: ShownList[];
}

function place(item: Item, levels: OpenLevel[]): void {
  const { level, label, id } = item.list;
  while (levels.length > 1 && (levels.at(-1)?.level ?? 0) > level) levels.pop();
  const above = levels.at(-1);
  const parent = above?.lists.at(-1)?.items.at(-1);
  if (above !== undefined && parent !== undefined && above.level < level)
    levels.push({ level, lists: parent.lists });
  const lists = levels.at(-1)?.lists ?? [];
  const number = numberOf(item.list.ordered, label);
  const shown = { paragraph: item, label: number !== undefined || label === "•" ? "" : label, lists: [] };
  const last = lists.at(-1);
  if (last !== undefined && continues(last, number, id)) last.items.push(shown);
  else lists.push({ start: number, items: [shown] });
}

/** The number of a label that is a plain number: `3.` or `3)`. */
function numberOf(ordered: boolean, label: string): number | undefined {
  const digits = ordered ? /^(\d{1,9})[.)]?$/.exec(label)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function continues({ start, items }: ShownList, number: number | undefined, id: string): boolean {
  if (start === undefined || number === undefined) {
    return start === number && items.at(-1)?.paragraph.list?.id === id;
  }
  return number === start + items.length;
}

/** Text of a block with its label, where no list shows that. */
export function withLabel(label: string | undefined, rendered: string): string {
  return labelled(label ?? "", rendered);
}
