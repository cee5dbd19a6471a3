import type { Cell, DocxBlock, Paragraph, Table } from "../blocks.ts";
import { escapeMarkdown, paragraphLines } from "../inline/markdownEscapes.ts";
import type { WholeDocument } from "./document.ts";
import { type ShownBlock, type ShownItem, type ShownList, withLabel, withLists } from "./lists.ts";

/** The document as GitHub's Markdown: body, notes, and the words of charts and diagrams. */
export function documentMarkdown({ blocks, notes, graphics }: WholeDocument): string {
  return [
    blocksMarkdown(blocks),
    ...notes.map(({ mark, blocks: own }) => noteMarkdown(mark, own)),
    ...graphics.map((text) => paragraphText(escapeMarkdown(text))),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function blocksMarkdown(blocks: readonly DocxBlock[]): string {
  return separated(withLists(blocks).map(blockMarkdown));
}

function separated(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

function blockMarkdown(block: ShownBlock): string {
  if (block.kind === "table") return tableMarkdown(block);
  if (block.kind === "lists") return listsMarkdown(block.lists);
  return paragraphMarkdown(block);
}

function paragraphMarkdown({ rendered, heading_level, list }: Paragraph): string {
  const text = withLabel(list === null ? "" : escapeMarkdown(list.label), rendered);
  if (heading_level === null) return paragraphText(text);
  const words = oneLine(text);
  return words === "" ? "" : `${"#".repeat(Math.min(6, heading_level))} ${words}`;
}

/** Line breaks as two spaces at the end of a line. */
function paragraphText(markdown: string): string {
  return paragraphLines(markdown.trim()).join("  \n");
}

function oneLine(markdown: string): string {
  return markdown.replace(/\s+/g, " ").trim();
}

/** Between two lists that Markdown would take for one stands a comment. */
const BETWEEN_LISTS = "\n\n<!-- -->\n\n";

function listsMarkdown(lists: readonly ShownList[]): string {
  return lists
    .map((list, at) => {
      const before = lists[at - 1];
      const isAlike = before !== undefined && (before.start === undefined) === (list.start === undefined);
      return `${before === undefined ? "" : isAlike ? BETWEEN_LISTS : "\n\n"}${listMarkdown(list)}`;
    })
    .join("");
}

function listMarkdown({ start, items }: ShownList): string {
  return items.map((item, at) => itemMarkdown(item, start === undefined ? "-" : `${start + at}.`)).join("\n");
}

function itemMarkdown({ paragraph, label, lists }: ShownItem, sign: string): string {
  const bullet = `${sign} `.padEnd(4);
  const text = paragraphText(withLabel(escapeMarkdown(label), paragraph.rendered));
  const inside = lists.length === 0 ? text : `${text}\n${listsMarkdown(lists)}`;
  return bullet + inside.replace(/\n(?!\n)/g, `\n${" ".repeat(bullet.length)}`);
}

/** A table without a head gets an empty one, since Markdown has no other tables. */
function tableMarkdown(table: Table): string {
  const rows = gridOf(table);
  const columns = Math.max(...rows.map((row) => row.length));
  const [head = [], ...body] = table.head_rows > 0 ? rows : [[], ...rows];
  head.push(...Array<string>(columns - head.length).fill(""));
  const rule = Array<string>(columns).fill("---");
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Texts of the cells by row and column of the grid; a merged cell has its text in its first place. */
function gridOf({ rows }: Table): string[][] {
  const covered = new Map<number, number>();
  return rows.map((row) => {
    const texts: string[] = [];
    const skip = () => {
      for (let left = covered.get(texts.length) ?? 0; left > 0; left = covered.get(texts.length) ?? 0) {
        covered.set(texts.length, left - 1);
        texts.push("");
      }
    };
    for (const cell of row) {
      skip();
      const from = texts.length;
      texts.push(cellText(cell), ...Array<string>(Math.min(cell.column_span, MOST_COLUMNS) - 1).fill(""));
      if (cell.row_span > 1)
        for (let at = from; at < texts.length; at += 1) covered.set(at, cell.row_span - 1);
    }
    skip();
    return texts;
  });
}

/** Most columns of a table in Word. */
const MOST_COLUMNS = 63;

/** A cell is one line: breaks stand between its blocks, and tables inside of it are lines of text. */
function cellText({ blocks }: Cell): string {
  return cellLines(blocks)
    .filter((line) => line !== "")
    .join("<br>")
    .replaceAll("|", "\\|");
}

function cellLines(blocks: readonly DocxBlock[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === "table")
      return block.rows.map((row) => row.flatMap((cell) => cellLines(cell.blocks)).join(" "));
    const text = withLabel(escapeMarkdown(block.list?.label ?? ""), block.rendered);
    return text.split("\n").map((line) => line.trim());
  });
}

function noteMarkdown(mark: string, blocks: readonly DocxBlock[]): string {
  const text = blocksMarkdown(blocks);
  return mark === "" ? text : `[^${mark.slice(1, -1)}]: ${text.replace(/\n(?!\n)/g, "\n    ")}`;
}
