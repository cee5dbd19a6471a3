import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import type { CliContext } from "../../context.ts";
import { EXIT, UsageError } from "../../exit.ts";
import { type CollectOptions, STDIN } from "../../files/collect.ts";
import type { LocalInput } from "../../files/look.ts";
import { isHere } from "../../files/resultPlace.ts";
import { collectInChunks } from "../../files/stream.ts";
import { Journal } from "../../journal/journal.ts";
import { journalPlace } from "../../journal/place.ts";
import { createProgress, type Progress } from "../../output/progress.ts";
import { watchedFiles } from "../../watch/watchedFiles.ts";
import type { Connection } from "../connection.ts";
import { type LeftOutFiles, leftOutLine, leftOutLines } from "../leftOut.ts";
import { givenOptions } from "../optionFlags.ts";
import { SLAVE_WAIT_SECONDS, untilReady } from "../readiness.ts";
import type { UploadArguments } from "../runUpload.ts";
import { findTask, type KnownTask, readOptions } from "../taskOptions.ts";
import { layoutOf, progressKind } from "../uploadReport.ts";
import { BatchReport } from "./batchReport.ts";
import { BatchRun } from "./batchRun.ts";
import { endedInBatches } from "./endedInBatches.ts";
import { resume, sendAll } from "./sendAll.ts";
import { type FoundFiles, wantedFiles } from "./wanted.ts";

/** An upload in several jobs. */
interface BatchUpload extends UploadArguments, Connection {
  readonly context: CliContext;
  readonly known: KnownTask;
  readonly options: JsonObject;
}

/** Sends files in as many jobs as that takes, with a journal of those that are done. @returns the exit code */
export async function uploadInBatches(
  given: UploadArguments,
  context: CliContext,
  { client, signal }: Connection,
): Promise<number> {
  const { flags } = given;
  await checkArguments(given);
  const known = await findTask(given.task, client, signal);
  checkTask(known);
  const options = readOptions(givenOptions(flags), known);
  const note = flags.quiet === true ? () => undefined : context.terminal.note;
  const needs = flags.watch === undefined ? "slave" : "master";
  await untilReady({ client, signal, note, needs, seconds: flags.waitForSlaves ?? SLAVE_WAIT_SECONDS });
  const upload: BatchUpload = { ...given, context, client, signal, known, options };
  const journal = await journalOf(upload);
  try {
    return await sendBatches(upload, journal, note);
  } finally {
    await journal?.close();
  }
}

async function checkArguments({ paths, flags }: UploadArguments): Promise<void> {
  const { watch, detach, failedList, name, out } = flags;
  if (detach === true) throw new UsageError("--detach cannot tell which files are done: leave it out.");
  if (failedList !== undefined)
    throw new UsageError("--failed-list is of one job: leave it out. --skip-done sends failed files again.");
  if (name !== undefined || paths.includes(STDIN))
    throw new UsageError("Standard input cannot be sent with --skip-done or --watch.");
  if (watch === undefined) return;
  if (paths.length > 0) throw new UsageError("--watch names its folder itself: leave out the other paths.");
  const stats = await stat(watch).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new UsageError(`--watch: there is no folder ${watch}.`);
  if (out !== undefined && relative(watch, out) === "")
    throw new UsageError("--out must be another folder than that of --watch.");
}

/** A result that depends on all files of a job would depend on which files come together. */
function checkTask({ name, definition }: KnownTask): void {
  if (definition === undefined || definition.mainStep !== undefined) return;
  throw new UsageError(
    `Task ${name} computes over all files of a job, and --skip-done and --watch send them in several jobs.`,
  );
}

async function journalOf({ flags, context, client, task, options }: BatchUpload) {
  if (flags.skipDone !== true) return undefined;
  const scope = { master: client.url, task, options, out: flags.out };
  return await Journal.open(journalPlace(context.config.stateFolder, scope), scope);
}

async function sendBatches(
  upload: BatchUpload,
  journal: Journal | undefined,
  note: (line: string) => void,
): Promise<number> {
  const { flags, context, client, signal } = upload;
  const progress = createProgress(progressKind(flags, context.terminal), context.terminal);
  const report = new BatchReport(context.terminal, flags, () => progress.stop());
  const patience = flags.watch === undefined ? "none" : "endless";
  const run = new BatchRun({ request: requestOf(upload, progress), journal, report, note, patience });
  try {
    if (journal !== undefined) await resume({ client, signal, journal, run });
    if (flags.watch !== undefined) note(`Waiting for files in ${flags.watch}. Ctrl-C ends it.`);
    const isUnderWay = (input: LocalInput) => run.isUnderWay(input);
    await sendAll(wantedFiles(foundFiles(upload), { journal, report, isUnderWay, signal }), run);
    await run.ended();
  } catch (error) {
    report.close();
    throw endedInBatches(error, run.flights, journal);
  } finally {
    progress.stop();
  }
  noteLeftOut(upload, report, note);
  report.close();
  if (report.skipped > 0) note(`The files that are done are in ${journal?.path ?? ""}`);
  return report.code === EXIT.done && report.leftOut.total > 0 && flags.skipOthers !== true
    ? EXIT.leftOut
    : report.code;
}

function requestOf({ client, signal, task, options, flags, context }: BatchUpload, progress: Progress) {
  const { stdin } = context.terminal;
  const { priority, cache, callback, out } = flags;
  const jobOptions = { task, options, priority, cache, callback, layout: layoutOf(flags) };
  return { client, signal, ...jobOptions, out, progress, stdin };
}

/** Folders of results are left out, so that no result is sent again. */
function foundFiles({
  paths,
  flags,
  known,
  context,
  client,
  signal,
}: BatchUpload): AsyncIterable<FoundFiles> {
  const { out, watch, settle = SETTLE_SECONDS } = flags;
  const ofMaster = isHere(client.url) ? [context.config.resultsDir] : [];
  const without = [...(out === undefined ? [] : [out]), ...ofMaster].map((folder) => resolve(folder));
  const collect: CollectOptions = { extensions: known.extensions, stdinName: "", without, signal };
  if (watch === undefined) return collectInChunks(paths, collect);
  return watchedFiles({ folder: watch, collect, settleMs: settle * 1_000, signal });
}

/** Time that a file must not change before it is sent, unless `--settle` says another, seconds. */
export const SETTLE_SECONDS = 2;

function noteLeftOut(
  { flags, task, known, paths: given, context }: BatchUpload,
  { leftOut: tally, sent }: BatchReport,
  note: (line: string) => void,
): void {
  if (tally.total === 0 || flags.skipOthers === true || flags.json === true) return;
  const files: LeftOutFiles = { tally, sent, task, extensions: known.extensions, given };
  const { width, note: always } = context.terminal;
  if (flags.quiet === true) always(leftOutLine(files));
  else for (const line of leftOutLines(files, width)) note(line);
}
