import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { isErrno } from "../../shared/errors.ts";
import { delimiterOf, RowSplitter } from "../../shared/ml/csv.ts";
import { fromTypedText } from "../../shared/values/typedJson.ts";
import { UsageError } from "../exit.ts";
import { unreadable } from "./look.ts";

/** Largest range of numbers. */
const LONGEST_RANGE = 100_000_000;

/**
 * The items that `--items` names: a range `1..100`, the lines of standard input (`-`), or a file: a JSON list (`.json`), JSON
 * on each line (`.ndjson`, `.jsonl`), rows of a table (`.csv`, `.tsv`), or else lines of text.
 * @throws UsageError
 */
export async function itemsNamed(
  what: string,
  stdin: Readable,
): Promise<Iterable<unknown> | AsyncIterable<unknown>> {
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(what);
  if (range !== null) return numbers(Number(range[1]), Number(range[2]));
  if (what === "-") return linesOf(stdin);
  switch (extname(what).toLowerCase()) {
    case ".json":
      return await listIn(what);
    case ".ndjson":
    case ".jsonl":
      return valuesOf(linesOf(await opened(what)), what);
    case ".csv":
    case ".tsv":
      return rowsOf(linesOf(await opened(what), "all"));
    default:
      return linesOf(await opened(what));
  }
}

function numbers(from: number, to: number): number[] {
  const count = to - from + 1;
  if (count < 0 || count > LONGEST_RANGE)
    throw new UsageError(`--items ${from}..${to} is no range that can be used.`);
  return Array.from({ length: count }, (_, at) => from + at);
}

async function listIn(path: string): Promise<readonly unknown[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw noItems(path, error);
  });
  const value = parsed(text, path);
  if (Array.isArray(value)) return value;
  throw new UsageError(`${path} holds no JSON list of items.`);
}

function parsed(text: string, where: string): unknown {
  try {
    return fromTypedText(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${String(error)}`);
  }
}

async function opened(path: string): Promise<Readable> {
  const stream = createReadStream(path);
  await once(stream, "open").catch((error: unknown) => {
    throw noItems(path, error);
  });
  return stream;
}

function noItems(path: string, error: unknown): unknown {
  if (!isErrno(error, "ENOENT", "EACCES", "EISDIR")) return error;
  return new UsageError(`The items ${path}: ${unreadable(path, error).error}`);
}

/** Lines without those that are empty, unless all are wanted. */
async function* linesOf(input: Readable, which: "all" | "filled" = "filled"): AsyncGenerator<string> {
  const fault = new Promise<never>((_, reject) => {
    input.once("error", (error) => reject(noItems("of --items", error)));
  });
  fault.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await Promise.race([lines.next(), fault]);
    if (done === true) return;
    if (which === "all" || value.trim() !== "") yield value;
  }
}

async function* valuesOf(lines: AsyncIterable<string>, path: string): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    yield parsed(line, `${path}, line ${number},`);
  }
}

/** Rows as objects of texts, with the names of the first row as keys. */
async function* rowsOf(lines: AsyncIterable<string>): AsyncGenerator<Readonly<Record<string, string>>> {
  let names: readonly string[] | undefined;
  let rows: (readonly string[])[] = [];
  let splitter: RowSplitter | undefined;
  for await (const line of lines) {
    splitter ??= new RowSplitter(delimiterOf(line), (cells) => rows.push(cells));
    splitter.push(`${line}\n`);
    for (const cells of rows) {
      if (names === undefined) names = cells;
      else yield Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ""]));
    }
    rows = [];
  }
}
