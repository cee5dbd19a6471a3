import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { CodedError } from "../../shared/errors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { requireFiles } from "../files/namedFiles.ts";
import { save } from "../files/save.ts";
import type { FileView } from "../sdk/index.ts";
import type { Connection, ConnectionFlags } from "./connection.ts";
import { givenOptions, type OptionFlags } from "./optionFlags.ts";
import { SLAVE_WAIT_SECONDS, untilReady } from "./readiness.ts";
import { findTask, readOptions } from "./taskOptions.ts";

export interface ModelFlags extends ConnectionFlags, OptionFlags {
  readonly out?: string;
}

/** A job of `train` or `predict`: its files, and where its results go. */
export interface ModelJob extends Connection {
  readonly context: CliContext;
  readonly task: string;
  readonly paths: readonly string[];
  readonly flags: ModelFlags;
  /** Options of the task that flags of their own give, as `key=value`. */
  readonly options: readonly string[];
}

/** Sends the files and waits for the end of the job. Returns its files in the order of the paths. */
export async function runModelJob(job: ModelJob): Promise<readonly FileView[]> {
  const { client, signal, context, task, paths, flags } = job;
  await requireFiles(paths);
  const known = await findTask(task, client, signal);
  const options = readOptions([...job.options, ...givenOptions(flags)], known);
  const { note } = context.terminal;
  await untilReady({ client, signal, seconds: SLAVE_WAIT_SECONDS, needs: "slave", note });
  const files = paths.map((path) => ({ name: basename(path), path }));
  const sent = await client.submit(task, files, { options, signal });
  await sent.done({ signal });
  const views: FileView[] = [];
  for await (const file of sent.files({ signal })) views.push(file);
  return views;
}

/** A file of a job with the path of its result. */
export interface SavedResult {
  readonly view: FileView;
  /** Undefined for a file that failed. */
  readonly path: string | undefined;
}

/** Saves the result of a file at the path; a file that exists is kept, and the result gets a number. */
export async function saveResult(job: ModelJob, view: FileView, path: string): Promise<SavedResult> {
  const { client, signal } = job;
  if (view.state !== "done" || view.url === undefined) return { view, path: undefined };
  const stream = await client.download(view.url, { signal });
  const content = Readable.fromWeb(stream as NodeStream<Uint8Array>);
  const place = { folder: dirname(path), wireName: basename(path) };
  return { view, path: await save({ ...place, content, sha256: view.result_sha256, signal }) };
}

/** Prints a line for each result and each failure. @returns the exit code */
export function reportResults(
  { context: { terminal }, flags }: ModelJob,
  results: readonly SavedResult[],
): number {
  if (flags.json === true) terminal.print(JSON.stringify({ files: results.map(jsonOf) }));
  else
    for (const { view, path } of results) {
      if (path === undefined)
        terminal.note(`${view.filename}: ${view.error ?? view.state} (${view.code ?? view.state})`);
      else terminal.print(`${path}: ${view.summary ?? "done"}`);
    }
  return results.every(({ path }) => path !== undefined) ? EXIT.done : EXIT.failed;
}

function jsonOf({ view, path }: SavedResult): object {
  return { ...view, ...(path === undefined ? {} : { saved_to: path }) };
}

/** The error of a job whose every file failed with the same code. */
export function commonFailure(views: readonly FileView[]): CodedError | undefined {
  const [first] = views;
  const isCommon = views.every(({ state, code }) => state !== "done" && code === first?.code);
  if (first === undefined || !isCommon) return undefined;
  return new CodedError(first.code ?? "no_result", first.error ?? "The job has no result.");
}
