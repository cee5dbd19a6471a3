import { type Command, InvalidArgumentError } from "commander";
import { jobPriority, PRIORITY } from "../../shared/contract/requests.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { UsageError } from "../exit.ts";
import { connected, MASTER_WAIT_SECONDS, withConnection } from "./connection.ts";
import { withTaskOptions } from "./optionFlags.ts";
import { SLAVE_WAIT_SECONDS } from "./readiness.ts";
import type { RunCommand } from "./runCommand.ts";
import { runUpload, type UploadFlags } from "./runUpload.ts";

/** `upload <task> <paths…>` */
export function addUpload(program: Command, run: RunCommand): void {
  const named = program
    .command("upload")
    .description("send files as one job and wait for the results")
    .argument("<task>", `${TASKS.map(({ name }) => name).join(", ")} (see: manyhands tasks)`)
    .argument("<paths...>", "files, folders, globs; - is standard input");
  const command = withTaskOptions(named)
    .option("--out <dir>", "fetch the results into this folder")
    .option("--name <name>", "file name of standard input")
    .option(
      "--priority <number>",
      `weight among jobs that wait for slaves, ${PRIORITY.least} to ${PRIORITY.most}`,
      priorityOf,
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
    run((context) =>
      connected(context, flags, (connection) => runUpload({ task, paths, flags }, context, connection)),
    ),
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
