import type { FunctionOptions } from "../options.ts";

export type ItemFormat = Exclude<FunctionOptions["format"], "auto">;

/** Tells the form of a file from its first bytes: a list, a first line that is JSON, or else CSV. */
export function formatOf(start: Buffer): ItemFormat {
  const text = start
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  const [first = ""] = text.split("\n", 1);
  const isWhole = isJson(first);
  if (text.startsWith("[")) return isWhole && text.slice(first.length).trim() !== "" ? "ndjson" : "json";
  return isWhole || text.startsWith("{") ? "ndjson" : "csv";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
