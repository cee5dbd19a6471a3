import { RequestError } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import { fromTypedText, toTypedText } from "../../../shared/values/typedJson.ts";
import type { Job } from "../job.ts";
import type { JobFile } from "../result.ts";
import type { FileInputs, SubmitOptions } from "../submit.ts";
import { FunctionError, type RemoteFailure } from "./error.ts";
import { ItemFiles, type Items } from "./itemFiles.ts";
import type { ConsoleLine, MapEntry, MapOptions, StartedMap } from "./options.ts";
import { type FunctionText, sendableSource } from "./source.ts";

export type Submit = (task: string, files: FileInputs, options: SubmitOptions) => Promise<Job>;

export interface SentMap {
  readonly fn: FunctionText;
  readonly items: Items<unknown>;
  readonly options: MapOptions;
  /** Whether an item is a list of arguments. */
  readonly spread: boolean;
  /** Aborted when the fleet is disconnected: the job goes on. */
  readonly closed: AbortSignal;
}

/** Sends a map. @throws RequestError `bad_function`, `bad_item`; CodedError as `submit` */
export async function startMap(submit: Submit, call: SentMap): Promise<StartedMap> {
  const { fn, items, options } = call;
  options.signal?.throwIfAborted();
  const source = await sendableSource(fn, options.mode ?? "sandbox");
  const files = new ItemFiles(items, nameOf(fn), options.concurrency);
  const some = files.files();
  const first = await some.next();
  if (first.done === true) return { job: undefined, entries: nothing() };
  const job = await submit("function", startingWith(first.value, some), {
    options: taskOptions(source, call),
    name: options.name,
    signal: options.signal,
  });
  return { job, entries: entriesOf(job, files, call) };
}

function nameOf(fn: FunctionText): string {
  const name = typeof fn === "string" ? "" : fn.name;
  return /^\w{1,60}$/.test(name) ? name : "map";
}

async function* startingWith<Value>(first: Value, others: AsyncIterable<Value>): AsyncGenerator<Value> {
  yield first;
  yield* others;
}

async function* nothing(): AsyncGenerator<never> {}

/** @throws RequestError `bad_function` for arguments that cannot be sent */
function taskOptions(source: string, { options, spread }: SentMap): JsonObject {
  const { args = [], mode, timeout, memoryMb, retries, concurrency } = options;
  const given = { mode, timeout_seconds: timeout, memory_mb: memoryMb, retries };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    source,
    args: argsOf(args),
    spread,
    format: "ndjson",
    ...(concurrency === undefined ? {} : { concurrency: 1 }),
    ...Object.fromEntries(known),
  } as JsonObject;
}

function argsOf(args: readonly unknown[]): JsonObject[] {
  try {
    return JSON.parse(toTypedText([...args])) as JsonObject[];
  } catch (error) {
    throw new RequestError("bad_function", `args cannot be sent: ${String(error)}`);
  }
}

/** The ends of the items, file by file as these end. The connection may break meanwhile, and the master start again. */
async function* entriesOf(
  job: Job,
  files: ItemFiles,
  { options, closed }: SentMap,
): AsyncGenerator<MapEntry<unknown>[]> {
  const { signal, onProgress } = options;
  const either = AbortSignal.any(signal === undefined ? [closed] : [signal, closed]);
  let [done, failed] = [0, 0];
  try {
    for await (const file of job.results({ signal: either })) {
      const entries = await entriesIn(file, files.rangeOf(file.index), { ...options, signal: either });
      const wrong = entries.filter(({ error }) => error !== undefined).length;
      [done, failed] = [done + entries.length - wrong, failed + wrong];
      onProgress?.({ done, failed, total: files.count });
      yield entries;
    }
  } catch (error) {
    // The caller has given the job up.
    if (signal?.aborted === true) await job.cancel().catch(() => undefined);
    throw error;
  }
}

interface FunctionAnswer {
  readonly results: readonly {
    readonly index: number;
    readonly value?: unknown;
    readonly error?: RemoteFailure;
  }[];
  readonly console: readonly ConsoleLine[];
}

async function entriesIn(
  file: JobFile,
  [from, to]: readonly [from: number, to: number],
  { signal, onConsole }: MapOptions,
): Promise<MapEntry<unknown>[]> {
  if (file.state !== "done") {
    const { code = "cancelled", error = `The file of the item is ${file.state}.` } = file;
    const failure = { code, name: "Error", message: error, stack: "" };
    return Array.from({ length: to - from }, (_, at) => entryOf(from + at, { error: failure }));
  }
  // Marks of typed JSON are read in the whole text at once.
  const answer = fromTypedText(await file.text({ signal })) as FunctionAnswer;
  for (const { index, ...line } of answer.console) onConsole?.({ index: from + index, ...line });
  return answer.results.map(({ index, ...end }) => entryOf(from + index, end));
}

function entryOf(
  index: number,
  { value, error }: { readonly value?: unknown; readonly error?: RemoteFailure },
): MapEntry<unknown> {
  return error === undefined ? { index, value } : { index, error: new FunctionError(index, error) };
}
