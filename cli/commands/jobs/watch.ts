import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { isFinal } from "../../../shared/contract/jobs.ts";
import { CodedError } from "../../../shared/errors.ts";
import { printableJson } from "../../../shared/printable.ts";
import { EXIT } from "../../exit.ts";
import type { PrintFormat } from "../../output/format.ts";
import type { StatusLine } from "../../output/statusLine.ts";
import { openStatusLine } from "../../output/statusLine.ts";
import type { Terminal } from "../../output/terminal.ts";
import { type JobView, MASTER_UNREACHABLE } from "../../sdk/index.ts";
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

type Calls = Connection;

async function watch({ id, format, terminal }: Watch, calls: Calls): Promise<number> {
  const line = openStatusLine(terminal);
  const seen = (job: JobView) => {
    if (format === "ndjson") terminal.print(printableJson(job));
    else line.show(progressOf(job));
  };
  const last = await followed(id, calls, { seen, line }).finally(() => line.end());
  if (format !== "ndjson")
    printShown(
      { document: last, rows: [last], fields: JOB_FIELDS, lines: () => jobHead(last, terminal) },
      { format, terminal },
    );
  return last.state === "succeeded" ? EXIT.done : EXIT.failed;
}

interface Watcher {
  /** Called with each state of the job that differs from the one before. */
  readonly seen: (job: JobView) => void;
  readonly line: StatusLine;
}

/** Longest time that the master keeps one question; it answers at once when the job ends. */
const WAIT_SECONDS = 1;
const PAUSE_MS = 1_000;

/** The job when it has ended. A master that was reached once is asked again until it is back. */
async function followed(id: string, { client, signal }: Calls, { seen, line }: Watcher): Promise<JobView> {
  let before = "";
  for (;;) {
    const job = await client.jobs
      .one(id)
      .get({ wait: before === "" ? 0 : WAIT_SECONDS, signal })
      .catch(async (error) => {
        if (before === "" || !isBroken(error)) throw error;
        line.show("the master does not answer; the job goes on when it is back");
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
      });
    if (job === undefined) continue;
    const now = JSON.stringify(job);
    if (now !== before) seen(job);
    before = now;
    if (isFinal(job.state)) return job;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof CodedError && (error.code === MASTER_UNREACHABLE || error.status === 503);
}
