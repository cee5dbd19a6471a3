import { escapeHtml } from "../../format/html.ts";
import type { Cell, DocxBlock, Paragraph, Table } from "../blocks.ts";
import type { WholeDocument } from "./document.ts";
import { type ShownBlock, type ShownList, withLabel, withLists } from "./lists.ts";

/** The document as HTML: body, notes, and the words of charts and diagrams. All text is escaped. */
export function documentHtml({ blocks, notes, graphics }: WholeDocument): string {
  return [
    blocksHtml(blocks),
    ...notes.map(({ mark, blocks: own }) => noteHtml(mark, own)),
    ...graphics.map((text) => `<p>${lines(escapeHtml(text))}</p>`),
  ].join("");
}

function blocksHtml(blocks: readonly DocxBlock[]): string {
  return withLists(blocks).map(blockHtml).join("");
}

function blockHtml(block: ShownBlock): string {
  if (block.kind === "table") return tableHtml(block);
  if (block.kind === "lists") return block.lists.map(listHtml).join("");
  return paragraphHtml(block);
}

function paragraphHtml({ rendered, heading_level, list }: Paragraph): string {
  const inside = withLabel(list === null ? "" : escapeHtml(list.label), rendered);
  if (inside.trim() === "") return "";
  const tag = heading_level === null ? "p" : `h${Math.min(6, heading_level)}`;
  return `<${tag}>${inside}</${tag}>`;
}

function listHtml({ start, items }: ShownList): string {
  const inside = items.map(
    ({ paragraph, label, lists }) =>
      `<li>${withLabel(escapeHtml(label), paragraph.rendered)}${lists.map(listHtml).join("")}</li>`,
  );
  if (start === undefined) return `<ul>${inside.join("")}</ul>`;
  return `<ol${start === 1 ? "" : ` start="${start}"`}>${inside.join("")}</ol>`;
}

function tableHtml({ rows, head_rows }: Table): string {
  const head = rows
    .slice(0, head_rows)
    .map((row) => rowHtml(row, "th"))
    .join("");
  const body = rows
    .slice(head_rows)
    .map((row) => rowHtml(row, "td"))
    .join("");
  const headed = head === "" ? "" : `<thead>${head}</thead>`;
  return `<table>${headed}${body === "" ? "" : `<tbody>${body}</tbody>`}</table>`;
}

function rowHtml(row: readonly Cell[], tag: "th" | "td"): string {
  const cells = row.map(({ blocks, column_span, row_span }) => {
    const columns = column_span === 1 ? "" : ` colspan="${column_span}"`;
    const rows = row_span === 1 ? "" : ` rowspan="${row_span}"`;
    return `<${tag}${columns}${rows}>${blocksHtml(blocks)}</${tag}>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

/** A note with its mark before its first words. */
function noteHtml(mark: string, blocks: readonly DocxBlock[]): string {
  const id = mark === "" ? "" : ` id="note-${mark.slice(1, -1)}"`;
  return `<section${id}>${blocksHtml(blocks).replace(/^(?:<(?:p|h\d)>)?/, (start) => `${start}${withLabel(mark, "")}`)}</section>`;
}

function lines(html: string): string {
  return html.replaceAll("\n", "<br />");
}
