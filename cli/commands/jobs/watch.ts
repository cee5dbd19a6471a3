import type { Command } from "commander";
import { isFinal } from "../../../shared/contract/jobs.ts";
import { printableJson } from "../../../shared/printable.ts";
import { EXIT } from "../../exit.ts";
import type { PrintFormat } from "../../output/format.ts";
import { openStatusLine } from "../../output/statusLine.ts";
import type { Terminal } from "../../output/terminal.ts";
import type { JobView } from "../../sdk/index.ts";
import { type Connection, type ConnectionFlags, connected, withOutput } from "../connection.ts";
import { JOB_FIELDS } from "../fields.ts";
import { jobHead, progressOf } from "../listLines.ts";
import type { RunCommand } from "../runCommand.ts";
import { formatOf, printShown } from "../show.ts";

/** `jobs watch <id>` */
export function addWatch(jobs: Command, run: RunCommand): void {
  const command = jobs
    .command("watch")
    .description(
      "follow a job until it ends; a broken connection is made again. The job does not depend on it",
    )
    .argument("<id>");
  withOutput(command).action((id: string, flags: ConnectionFlags) =>
    run((context) =>
      connected(context, flags, (connection) =>
        watch({ id, format: formatOf(flags), terminal: context.terminal }, connection),
      ),
    ),
  );
}

interface Watch {
  readonly id: string;
  readonly format: PrintFormat;
  readonly terminal: Terminal;
}

async function watch({ id, format, terminal }: Watch, connection: Connection): Promise<number> {
  const line = openStatusLine(terminal);
  let before = "";
  const seen = (job: JobView) => {
    const now = printableJson(job);
    if (now === before) return;
    before = now;
    if (format === "ndjson") terminal.print(now);
    else line.show(progressOf(job));
  };
  const last = await followed(id, connection, seen).finally(() => line.end());
  if (format !== "ndjson")
    printShown(
      { document: last, rows: [last], fields: JOB_FIELDS, lines: () => jobHead(last, terminal) },
      { format, terminal },
    );
  return last.state === "succeeded" ? EXIT.done : EXIT.failed;
}

/** Called with each state of the job that differs from the one before. */
type Seen = (job: JobView) => void;

/** The job when it has ended, as the master's events tell it. A broken connection is made again. */
async function followed(id: string, { client, signal }: Connection, seen: Seen): Promise<JobView> {
  const ask = async () => await client.jobs.one(id).get({ signal });
  let job: JobView = await ask();
  seen(job);
  if (isFinal(job.state)) return job;
  for await (const event of client.events({ query: id, signal })) {
    if (event.type === "job" && event.job.id === id) job = event.job;
    // It may have ended, or been removed, while there was no connection.
    else if (event.type === "ready" || (event.type === "removed" && event.id === id)) job = await ask();
    else continue;
    seen(job);
    if (isFinal(job.state)) return job;
  }
  throw signal.reason;
}
