import { printable } from "../../shared/printable.ts";

/**
 * Records as RFC 4180: a line with the names of the fields, then one for each record.
 * @param fields members of a record; `counts.done` is a member of a member. A list of words is joined by spaces; other
 * objects are JSON
 */
export function csvLines(fields: readonly string[], rows: readonly object[]): string[] {
  return [fields, ...rows.map((row) => fields.map((field) => cellOf(row, field)))].map((cells) =>
    cells.map(quoted).join(","),
  );
}

function cellOf(row: object, field: string): string {
  const value = field
    .split(".")
    .reduce<unknown>((from, name) => (isRecord(from) ? from[name] : undefined), row);
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return harmless(printable(value));
  if (typeof value !== "object") return String(value);
  const isWords = Array.isArray(value) && value.every((item) => typeof item === "string");
  return harmless(printable(isWords ? value.join(" ") : JSON.stringify(value)));
}

/** A spreadsheet computes a text that begins with one of these characters; an apostrophe before it keeps it a text. */
function harmless(text: string): string {
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
