import { type CsvCell, csvCells } from "../../shared/csv.ts";
import { printable } from "../../shared/printable.ts";

/**
 * Records as RFC 4180: a line with the names of the fields, then one for each record.
 * @param fields members of a record; `counts.done` is a member of a member. A list of words is joined by spaces; other
 * objects are JSON
 */
export function csvLines(fields: readonly string[], rows: readonly object[]): string[] {
  return [fields, ...rows.map((row) => fields.map((field) => cellOf(row, field)))].map(csvCells);
}

function cellOf(row: object, field: string): CsvCell {
  const value = field
    .split(".")
    .reduce<unknown>((from, name) => (isRecord(from) ? from[name] : undefined), row);
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return printable(value);
  if (typeof value !== "object") return String(value);
  const isWords = Array.isArray(value) && value.every((item) => typeof item === "string");
  return printable(isWords ? value.join(" ") : JSON.stringify(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
