import type { JobCache } from "../../shared/contract/requests.ts";
import { AppError, CodedError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { CliContext } from "../context.ts";
import { EXIT, UsageError } from "../exit.ts";
import { type Collected, collect, STDIN } from "../files/collect.ts";
import { type FailedList, openFailedList } from "../files/failedList.ts";
import { canAsk } from "../output/confirm.ts";
import { createProgress } from "../output/progress.ts";
import type { Connection } from "./connection.ts";
import { printDetached } from "./detached.ts";
import { withJobNote } from "./endedEarly.ts";
import { followJob } from "./followJob.ts";
import { emptyOutcome, filesThatEnded, type JobOutcome } from "./jobOutcome.ts";
import { type LeftOutFiles, LeftOutTally, leftOutJson, leftOutLine, leftOutLines } from "./leftOut.ts";
import { givenOptions, type OptionFlags } from "./optionFlags.ts";
import { noSlaves, SLAVE_WAIT_SECONDS, untilReady } from "./readiness.ts";
import { submitJob } from "./sendJob.ts";
import { findTask, readOptions } from "./taskOptions.ts";
import { outcomeJson } from "./uploadJson.ts";
import { refuseBeyond } from "./uploadLimits.ts";
import { allDone, type FollowFlags, layoutOf, progressKind, reportFiles } from "./uploadReport.ts";

export interface UploadFlags extends FollowFlags, OptionFlags {
  readonly name?: string;
  readonly priority?: number;
  readonly cache?: JobCache;
  readonly callback?: string;
  readonly skipOthers?: boolean;
  readonly failedList?: string;
  /** Seconds. */
  readonly waitForSlaves?: number;
  /** Ends when the master has the job. */
  readonly detach?: boolean;
  readonly skipDone?: boolean;
  /** The folder whose files are sent as they come. */
  readonly watch?: string;
  /** Seconds. */
  readonly settle?: number;
}

export interface UploadArguments {
  readonly task: string;
  readonly paths: readonly string[];
  readonly flags: UploadFlags;
}

/** The files of an upload: those that are sent and those that are not. */
interface Selection extends UploadArguments {
  /** Extensions of the task. */
  readonly extensions: readonly string[];
  readonly collected: Collected;
}

/** One upload of the command line, from its paths to its report. */
interface Upload extends Selection, Omit<Connection, "close"> {
  readonly context: CliContext;
  readonly options: JsonObject;
  readonly outcome: JobOutcome;
  readonly failed: FailedList | undefined;
}

/** Sends files as one job and reports what became of each. @returns the exit code */
export async function runUpload(
  given: UploadArguments,
  context: CliContext,
  connection: Omit<Connection, "close">,
): Promise<number> {
  const upload = await prepared(given, context, connection);
  try {
    await send(upload);
  } catch (error) {
    throw await reportedEnd(error, upload);
  } finally {
    await upload.failed?.write(notDone(upload));
  }
  return given.flags.detach === true ? detached(upload) : report(upload);
}

/** Checks everything that can be wrong with the arguments before the master is asked. */
async function prepared(
  given: UploadArguments,
  context: CliContext,
  { client, signal }: Omit<Connection, "close">,
): Promise<Upload> {
  const { paths, flags } = given;
  if (flags.name !== undefined && !paths.includes(STDIN))
    throw new UsageError("--name names standard input: give - as one of the paths.");
  if (flags.detach === true && (flags.out ?? flags.failedList) !== undefined)
    throw new UsageError("--detach ends before there are results: leave out --out and --failed-list.");
  const { extensions, ...task } = await findTask(given.task, client, signal);
  const options = readOptions(givenOptions(flags), { extensions, ...task });
  const collected = await collect(paths, { extensions, stdinName: flags.name ?? "stdin", signal });
  noteLeftOut({ ...given, extensions, collected }, context);
  if (collected.inputs.length === 0) throw nothingToSend(collected);
  const failed = flags.failedList === undefined ? undefined : await openFailedList(flags.failedList);
  const outcome = emptyOutcome();
  return { ...given, context, client, signal, extensions, options, collected, outcome, failed };
}

function nothingToSend({ problems, leftOut }: Collected): UsageError {
  const reasons = problems.map(({ path, error }) => `${path}: ${error}`);
  return new UsageError(`There is nothing to send. ${reasons.join(" ")}`, {
    unreadable: problems,
    left_out: leftOutJson(leftOut),
  });
}

async function send(upload: Upload): Promise<void> {
  const { context, client, signal, flags, options, collected, task, outcome } = upload;
  const { terminal } = context;
  const { out, priority, cache, callback, waitForSlaves: seconds = SLAVE_WAIT_SECONDS, detach } = flags;
  const note = flags.quiet === true ? () => undefined : terminal.note;
  await untilReady({ client, signal, seconds, note, needs: detach === true ? "master" : "slave" });
  refuseBeyond(await client.tasks.limits({ signal }), collected.inputs);
  const progress = createProgress(progressKind(flags, terminal), terminal);
  try {
    const { inputs } = collected;
    const { stdin } = terminal;
    const jobOptions = { task, options, priority, cache, callback, layout: layoutOf(flags) };
    const request = { client, signal, ...jobOptions, inputs, stdin, out, progress };
    const submitted = await submitJob(request, outcome);
    if (detach !== true) await followJob({ ...request, ...submitted }, outcome);
  } finally {
    progress.stop();
  }
}

/** The error of an upload that ended before its job did; what is known of its files is reported first. */
async function reportedEnd(error: unknown, upload: Upload): Promise<unknown> {
  const { client, signal, outcome, flags, context } = upload;
  if (flags.json !== true) reportFiles(context.terminal, flags, endOf(upload));
  // The hint of the master is for programs.
  const isRefused = error instanceof CodedError && !(error instanceof AppError);
  if (isRefused && error.code === "no_slaves") return await noSlaves(client, signal);
  const { inputs } = upload.collected;
  const { terminal } = context;
  // Standard input that was sent has no answers.
  const isFree = !inputs.some(({ isStdin }) => isStdin === true);
  return await withJobNote(error, { outcome, terminal, canAsk: isFree && canAsk(terminal) });
}

function report(upload: Upload): number {
  const { context, flags, outcome, collected } = upload;
  const { problems, leftOut } = collected;
  if (flags.json === true) context.terminal.print(outcomeJson({ outcome, problems }, leftOut));
  else reportFiles(context.terminal, flags, endOf(upload));
  return allDone({ outcome, problems }) ? codeOfSent(upload) : EXIT.failed;
}

function detached(upload: Upload): number {
  const { context, flags, outcome, collected } = upload;
  printDetached(context.terminal, flags, { outcome, ...collected });
  return outcome.unreadable.size + collected.problems.length > 0 ? EXIT.failed : codeOfSent(upload);
}

/** The exit code when all is well with the files that were sent. */
function codeOfSent({ collected: { leftOut }, flags }: Upload): number {
  return leftOut.length > 0 && flags.skipOthers !== true ? EXIT.leftOut : EXIT.done;
}

function endOf({ outcome, collected: { problems, leftOut } }: Upload) {
  return { outcome, problems, leftOut: leftOut.length };
}

function noteLeftOut(
  { flags, collected, task, extensions, paths: given }: Selection,
  { terminal }: CliContext,
): void {
  const { leftOut, inputs } = collected;
  if (leftOut.length === 0 || flags.skipOthers === true || flags.json === true) return;
  const tally = new LeftOutTally().add(leftOut);
  const files: LeftOutFiles = { tally, sent: inputs.length, task, extensions, given };
  const lines = flags.quiet === true ? [leftOutLine(files)] : leftOutLines(files, terminal.width);
  for (const line of lines) terminal.note(line);
}

/** Paths of the files that have no result here: failed, cancelled, not sent, not fetched, not ended. */
function notDone({ collected: { inputs, problems }, outcome }: Upload): string[] {
  const done = new Set<string>();
  for (const { path, view, saveFailure } of filesThatEnded(outcome.files))
    if (view.state === "done" && saveFailure === undefined) done.add(path);
  const paths = [...problems, ...inputs].map(({ path }) => path);
  return [...new Set(paths)].filter((path) => !done.has(path));
}
