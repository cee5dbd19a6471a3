import { escapeHtml } from "../format/html.ts";
import type { Grid } from "./grid.ts";

/** A grid as HTML. */
export function gridHtml({ rows }: Grid): string {
  const lines = rows.map((row) => `<tr>${row.map((cell) => `<td>${cellHtml(cell)}</td>`).join("")}</tr>`);
  return lines.length === 0 ? "" : `<table><tbody>${lines.join("")}</tbody></table>`;
}

function cellHtml(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br />");
}

/** A grid as Markdown. The first row becomes the head, since Markdown has no tables without one. */
export function gridMarkdown({ rows, column_count }: Grid): string {
  const [head, ...body] = rows;
  if (head === undefined) return "";
  const first = [...head, ...Array<string>(column_count - head.length).fill("")];
  const rule = `|${" --- |".repeat(column_count)}`;
  return [rowMarkdown(first), rule, ...body.map(rowMarkdown)].join("\n");
}

function rowMarkdown(row: readonly string[]): string {
  return `| ${row.map(cellMarkdown).join(" | ")} |`;
}

function cellMarkdown(text: string): string {
  return text.replace(/[\\|<`*]/g, "\\$&").replace(/\s*\n\s*/g, "<br>");
}
