import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import type { FunctionOptions } from "../options.ts";
import { formatOf } from "./format.ts";
import { type ItemSplitter, LineCutter, ListCutter } from "./list.ts";
import { tableSplitter } from "./table.ts";

/** Bytes that are read at a time. */
const CHUNK = 256 * 1_024;
/** Bytes that show the form of a file. */
const START = 64 * 1_024;

/**
 * Reads the items of a file as texts of JSON, some at a time.
 * @throws FileError `empty_file`, `bad_items`, `bad_table`, `unsupported_encoding`
 */
export async function* itemsOf(file: StepFile, format: FunctionOptions["format"]): AsyncGenerator<string[]> {
  if (file.bytes === 0) throw new FileError("empty_file", `${file.filename} is empty.`);
  const splitter = await splitterOf(file, format);
  for (let at = splitter.from; at < file.bytes; at += CHUNK)
    yield splitter.push(await file.slice(at, Math.min(CHUNK, file.bytes - at)));
  yield splitter.end();
}

async function splitterOf(
  file: StepFile,
  wanted: FunctionOptions["format"],
): Promise<ItemSplitter & { readonly from: number }> {
  const format = wanted === "auto" ? formatOf(await file.slice(0, Math.min(START, file.bytes))) : wanted;
  if (format === "csv") return await tableSplitter(file);
  const cutter: ItemSplitter =
    format === "json" ? new ListCutter(file.filename) : new LineCutter(file.filename);
  return { from: 0, push: (chunk) => cutter.push(chunk), end: () => cutter.end() };
}
