import type { Command } from "commander";
import { jobPriority, PRIORITY } from "../../shared/contract/requests.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { CliContext } from "../context.ts";
import { EXIT, UsageError } from "../exit.ts";
import { type Collected, collect, STDIN } from "../files/collect.ts";
import { printable } from "../output/printable.ts";
import { createProgress, type ProgressKind } from "../output/progress.ts";
import { counted } from "../output/words.ts";
import { type Connection, type ConnectionFlags, connected, withConnection } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { emptyOutcome, type JobOutcome, sendJob } from "./sendJob.ts";
import { findTask, readOptions } from "./taskOptions.ts";
import { allDone, noteFailures, outcomeJson, printOutcome } from "./uploadReport.ts";

export interface UploadFlags extends ConnectionFlags {
  readonly options: readonly string[];
  readonly out?: string;
  readonly name?: string;
  readonly quiet?: boolean;
  readonly priority?: number;
}

interface UploadArguments {
  readonly task: string;
  readonly paths: readonly string[];
  readonly flags: UploadFlags;
}

/** `upload <task> <paths…>` */
export function addUpload(program: Command, run: RunCommand): void {
  const command = program
    .command("upload")
    .description("send files as one job and wait for the results")
    .argument("<task>", `${TASKS.map(({ name }) => name).join(", ")} (see: manyhands tasks)`)
    .argument("<paths...>", "files, folders, globs; - is standard input")
    .option("-o, --options <key=value>", "an option of the task, repeatable; or a JSON object", repeated, [])
    .option("--out <dir>", "fetch the results into this folder")
    .option("--name <name>", "file name of standard input")
    .option(
      "--priority <number>",
      `weight among jobs that wait for slaves, ${PRIORITY.least} to ${PRIORITY.most}`,
      priorityOf,
    )
    .option("-q, --quiet", "print failures only");
  withConnection(command).action((task: string, paths: string[], flags: UploadFlags) =>
    run((context) =>
      connected(context, flags, (connection) => upload({ task, paths, flags }, context, connection)),
    ),
  );
}

/** @returns the exit code */
async function upload(
  { task: name, paths, flags }: UploadArguments,
  context: CliContext,
  { client, signal }: Omit<Connection, "close">,
): Promise<number> {
  const { terminal } = context;
  if (flags.name !== undefined && !paths.includes(STDIN))
    throw new UsageError("--name names standard input: give - as one of the paths.");
  const task = await findTask(name, client, signal);
  const options = readOptions(flags.options, task);
  const collected = await collect(paths, {
    extensions: task.extensions,
    stdinName: flags.name ?? "stdin",
    signal,
  });
  noteLeftOut(collected, flags, context);
  const outcome = emptyOutcome();
  const { inputs } = collected;
  if (inputs.length === 0) return report(outcome, collected, { flags, context });
  const progress = createProgress(kindOf(flags, context), terminal);
  try {
    const { stdin } = terminal;
    const { out, priority } = flags;
    await sendJob({ client, signal, task: name, options, priority, inputs, stdin, out, progress }, outcome);
  } catch (error) {
    progress.stop();
    if (flags.json !== true && flags.quiet !== true) printOutcome(terminal, outcome, collected.problems);
    throw error;
  }
  progress.stop();
  return report(outcome, collected, { flags, context });
}

interface Reporting {
  readonly flags: UploadFlags;
  readonly context: CliContext;
}

function report(outcome: JobOutcome, { problems }: Collected, { flags, context }: Reporting): number {
  const { terminal } = context;
  if (flags.json === true) terminal.print(outcomeJson(outcome, problems));
  else if (flags.quiet !== true) printOutcome(terminal, outcome, problems);
  if (flags.quiet === true) noteFailures(terminal, outcome, problems);
  return allDone(outcome, problems) ? EXIT.done : EXIT.failed;
}

function noteLeftOut({ leftOut, inputs }: Collected, flags: UploadFlags, { terminal }: CliContext): void {
  if (leftOut === 0 || inputs.length === 0 || flags.quiet === true || flags.json === true) return;
  terminal.note(
    `${counted(leftOut, "file")} left out by extension; name them to send them: ${printable("<folder>/*")}`,
  );
}

function kindOf(flags: UploadFlags, { terminal }: CliContext): ProgressKind {
  if (flags.quiet === true) return "silent";
  if (terminal.bar !== undefined) return "bar";
  return flags.json === true ? "silent" : "lines";
}

function priorityOf(text: string): number {
  const parsed = jobPriority.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--priority: a whole number from ${PRIORITY.least} to ${PRIORITY.most} is needed.`);
}

function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
