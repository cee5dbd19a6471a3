import { join as joinPath } from "node:path";
import { FileError } from "../../errors.ts";
import { cached } from "../cached.ts";
import { counted, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepFile, StepInput } from "../task.ts";
import { type Block, type BlockOutcome, callBlock, MOST_LINES } from "./block.ts";
import type { FunctionMode } from "./calls/protocol.ts";
import { type CutAbout, cutItems, writeCut } from "./items/cut.ts";
import { itemsOf } from "./items/read.ts";
import type { FunctionOptions } from "./options.ts";
import { PartWriter } from "./partWriter.ts";

/** Bytes of a part that are copied at a time. */
const COPY = 1 << 20;

/** A large file -> its items in a form from which each unit reads its own. */
const cut: Step<FunctionOptions> = async ({ files, options }, { folder, progress }) => {
  const path = joinPath(folder, "items");
  const items = itemsOf(onlyFile(files), options.format);
  const about = await writeCut(path, withSigns(items, progress));
  return { body: { path }, info: { ...about } };
};

/**
 * Items of a file -> their results, as far as `args.budget_ms` allows. A file that is done whole gets its result here;
 * else the part holds a piece of it.
 */
function callsIn(mode: FunctionMode): Step<FunctionOptions> {
  return async ({ task, files, args, options }, { folder, progress }) => {
    const file = onlyFile(files);
    if (options.source.trim() === "")
      throw new FileError("bad_function", "There is no function: give its text as the option source.");
    const source = await sourceOf(file, args, options);
    const writer = new PartWriter(folder);
    const isFirst = args.from === undefined;
    const { filename = file.filename, sha256 = file.sha256 } = args;
    if (isFirst) writer.add(head({ task, filename: String(filename), sha256: String(sha256) }));
    const block: Block = { mode, options, ...source, budgetMs: Number(args.budget_ms), writer, progress };
    const outcome = await callBlock(block);
    const isWhole = isFirst && outcome.done === source.count;
    const { done, failed, itemMs, printed, dropped } = outcome;
    const bytes = await writer.bytes();
    if (isWhole) writer.add(tail(printed, dropped, { items: done, failed }));
    else writer.add(`\n[${printed.join(",")}]`);
    const info = {
      items: source.count,
      done,
      failed,
      item_ms: Math.round(itemMs * 1e6) / 1e6,
      bytes,
      dropped,
    };
    if (!isWhole) return { body: await writer.finish(), info };
    return { body: await writer.finish(), info, summary: summaryOf(done, failed) };
  };
}

/** The pieces of a file -> its result. `args`: `bytes` of the entries in each piece, and counts. */
const join: Step<FunctionOptions> = async ({ files, args }, { folder, progress }) => {
  const writer = new PartWriter(folder);
  const lists = { bytes: numbersOf(args.bytes) };
  const printed: string[] = [];
  for (const [at, file] of files.entries()) {
    const end = lists.bytes[at] ?? 0;
    if (at > 0 && end > 0) writer.add(",\n");
    for await (const text of textsOf(file, end)) {
      writer.add(text);
      await writer.settle();
    }
    const entries = JSON.parse((await file.slice(end, file.bytes - end)).toString()) as readonly unknown[];
    printed.push(...entries.map((entry) => JSON.stringify(entry)));
    progress();
  }
  const [items, failed, dropped] = [Number(args.items), Number(args.failed), Number(args.dropped)];
  const extra = Math.max(0, printed.length - MOST_LINES);
  writer.add(tail(printed.slice(0, MOST_LINES), dropped + extra, { items, failed }));
  return { body: await writer.finish(), summary: summaryOf(items, failed) };
};

export const steps = { cut, sandbox: callsIn("sandbox"), trusted: callsIn("trusted"), join };

type Source = Pick<Block, "items" | "from" | "to"> & {
  /** Items of the whole file. */
  readonly count: number;
};

async function sourceOf(file: StepFile, args: JsonObject, options: FunctionOptions): Promise<Source> {
  const from = Number(args.from ?? 0);
  if (args.marks_at !== undefined) {
    const about: CutAbout = { items: Number(args.items), marks_at: Number(args.marks_at) };
    const to = Number(args.to ?? about.items);
    return { items: cutItems(file, about, from), from, to, count: about.items };
  }
  const items = await itemsIn(options.format)(file);
  return { items: once(items.slice(from)), from, to: Number(args.to ?? items.length), count: items.length };
}

/** The items of a small file. */
const itemsIn = (format: FunctionOptions["format"]) => READERS[format];

const READERS = { auto: reader("auto"), json: reader("json"), ndjson: reader("ndjson"), csv: reader("csv") };

function reader(format: FunctionOptions["format"]) {
  return cached(async (file) => {
    const items: string[] = [];
    for await (const some of itemsOf(file, format)) for (const item of some) items.push(item);
    return items;
  });
}

async function* once<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}

async function* withSigns<Value>(values: AsyncIterable<Value>, sign: () => void): AsyncGenerator<Value> {
  for await (const value of values) {
    sign();
    yield value;
  }
}

async function* textsOf(file: StepFile, end: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for (let at = 0; at < end; at += COPY)
    yield decoder.decode(await file.slice(at, Math.min(COPY, end - at)), { stream: true });
}

interface ResultOfFile {
  readonly task: StepInput["task"];
  readonly filename: string;
  readonly sha256: string;
}

function head({ task, filename, sha256 }: ResultOfFile): string {
  const fields = { schema_version: task.schemaVersion, task: task.name, filename, input_sha256: sha256 };
  return `${JSON.stringify(fields).slice(0, -1)},"results":[\n`;
}

function tail(
  printed: BlockOutcome["printed"],
  dropped: number,
  { items, failed }: { readonly items: number; readonly failed: number },
): string {
  const counts = JSON.stringify({ items, succeeded: items - failed, failed });
  return `\n],"console":[${printed.join(",")}],"console_dropped":${dropped},"counts":${counts}}\n`;
}

function summaryOf(items: number, failed: number): string {
  return `${counted(items, "item")}${failed === 0 ? "" : `, ${failed} failed`}`;
}

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
