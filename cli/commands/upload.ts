import { type Command, InvalidArgumentError, Option } from "commander";
import { jobCache, jobPriority, PRIORITY } from "../../shared/contract/requests.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { CliContext } from "../context.ts";
import { UsageError } from "../exit.ts";
import { SETTLE_SECONDS, uploadInBatches } from "./batches/uploadBatches.ts";
import { connected, MASTER_WAIT_SECONDS, withConnection } from "./connection.ts";
import { withTaskOptions } from "./optionFlags.ts";
import { SLAVE_WAIT_SECONDS } from "./readiness.ts";
import type { RunCommand } from "./runCommand.ts";
import { runUpload, type UploadArguments, type UploadFlags } from "./runUpload.ts";

/** `upload <task> <paths…>` */
export function addUpload(program: Command, run: RunCommand): void {
  const named = program
    .command("upload")
    .description("send files as one job and wait for the results")
    .argument("<task>", `${TASKS.map(({ name }) => name).join(", ")} (see: manyhands tasks)`)
    .argument("[paths...]", "files, folders, globs; - is standard input");
  const command = withSeveralJobs(withTaskOptions(named))
    .option("--out <dir>", "fetch the results into this folder")
    .option("--mirror", "with --out: results in folders as those of the files that were sent (the default)")
    .option("--no-mirror", "with --out: all results in the folder itself")
    .option("--name <name>", "file name of standard input")
    .option(
      "--priority <number>",
      `weight among jobs that wait for slaves, ${PRIORITY.least} to ${PRIORITY.most}`,
      priorityOf,
    )
    .addOption(
      new Option("--cache <how>", "results on record for the same bytes and options").choices(
        jobCache.options,
      ),
    )
    .option("--skip-others", "files of folders that the task does not take are expected: exit 0, not 5")
    .option("--failed-list <file>", "write the paths of the files that are not done to this file, one a line")
    .option(
      "--wait-for-slaves <seconds>",
      `longest wait for a slave, ${SLAVE_WAIT_SECONDS} without this; 0: none`,
      secondsOf,
    )
    .option(
      "--wait-for-master <seconds>",
      `longest wait for a master that went away, ${MASTER_WAIT_SECONDS} without this; 0: none`,
      secondsOf,
    )
    .option("--callback <url>", "where the master tells the end of the job, by a signed webhook")
    .option("--detach", "end when the master has the job, and print its id")
    .option("-v, --verbose", "print a line for each file that is done, too")
    .option("-q, --quiet", "print failures only");
  withConnection(command).action((task: string, paths: string[], flags: UploadFlags) =>
    run((context) => upload({ task, paths, flags }, context)),
  );
}

function withSeveralJobs(command: Command): Command {
  return command
    .option(
      "--skip-done",
      "send only files that are not done yet: a journal keeps which are, for the next run",
    )
    .option("--watch <dir>", "send the files of this folder as they come and stop growing, until Ctrl-C")
    .option(
      "--settle <seconds>",
      `with --watch: how long a file must not change, ${SETTLE_SECONDS} without this`,
      secondsOf,
    );
}

async function upload(given: UploadArguments, context: CliContext): Promise<number> {
  const { paths, flags } = given;
  if (paths.length === 0 && flags.watch === undefined)
    throw new UsageError("There is nothing to send: name files or folders, or a folder with --watch.");
  if (flags.settle !== undefined && flags.watch === undefined)
    throw new UsageError("--settle is for --watch: leave it out, or give --watch a folder.");
  if (flags.mirror !== undefined && flags.out === undefined)
    throw new UsageError("--mirror and --no-mirror are for --out: give it a folder, or leave them out.");
  if (flags.watch === undefined && flags.skipDone !== true)
    return await connected(context, flags, (connection) => runUpload(given, context, connection));
  // A command that watches a folder outlives its master.
  const patient = flags.watch === undefined ? {} : { waitForMaster: Number.POSITIVE_INFINITY };
  return await connected(context, { ...patient, ...flags }, (connection) =>
    uploadInBatches(given, context, connection),
  );
}

function priorityOf(text: string): number {
  const parsed = jobPriority.safeParse(/^\d+$/.test(text) ? Number(text) : text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--priority: a whole number from ${PRIORITY.least} to ${PRIORITY.most} is needed.`);
}

export function secondsOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 2_000_000) return value;
  throw new InvalidArgumentError("A number of seconds, 0 or more, is needed.");
}
