import { type Command, InvalidArgumentError, Option } from "commander";
import type { FleetClient, JobPage, JobView } from "../../sdk/index.ts";
import { type Connection, type ConnectionFlags, withOutput } from "../connection.ts";
import { FILE_FIELDS, JOB_FIELDS } from "../fields.ts";
import { jobLines, jobsLines } from "../listLines.ts";
import type { RunCommand } from "../runCommand.ts";
import { type Shown, show } from "../show.ts";
import { type SelectionFlags, searchOf, withSelection } from "./selection.ts";

export interface ListFlags extends ConnectionFlags, SelectionFlags {
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;
/** Most jobs that a master shows in one answer. */
const PAGE = 500;

export function withListOptions(command: Command): Command {
  return withOutput(withSelection(command)).addOption(
    new Option("--limit <count>", `at most this many, ${DEFAULT_LIMIT} without this`).argParser(countOf),
  );
}

/** `jobs list` */
export function addList(jobs: Command, run: RunCommand): void {
  const command = jobs.command("list").description("list jobs, newest first");
  withListOptions(command).action((flags: ListFlags) => listJobs(run, flags));
}

/** `jobs show <id>` */
export function addShow(jobs: Command, run: RunCommand): void {
  const command = jobs.command("show").description("show one job with its files").argument("<id>");
  withOutput(command).action((id: string, flags: ConnectionFlags) => showJob(run, id, flags));
}

export function listJobs(run: RunCommand, flags: ListFlags): Promise<void> {
  return show(run, flags, async ({ client, signal }) => {
    const page = await pagesOf(client, flags, signal);
    return listShown(page);
  });
}

export function showJob(run: RunCommand, id: string, flags: ConnectionFlags): Promise<void> {
  return show(run, flags, async ({ client, signal }) => {
    const job = await client.jobs.one(id).whole({ signal });
    return {
      document: job,
      rows: job.files,
      fields: FILE_FIELDS,
      lines: (terminal) => jobLines(job, terminal, client.url),
    };
  });
}

/** As many pages as the limit needs. State and task alone are asked for as older masters know them. */
async function pagesOf(
  client: FleetClient,
  flags: ListFlags,
  signal: Connection["signal"],
): Promise<JobPage> {
  const { state, task, limit = DEFAULT_LIMIT } = flags;
  const isSearch = flags.query !== undefined || flags.since !== undefined;
  const filter = isSearch ? { query: searchOf(flags) } : { state, task };
  const jobs: JobView[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.jobs.list({
      ...filter,
      cursor,
      limit: Math.min(PAGE, limit - jobs.length),
      signal,
    });
    jobs.push(...page.jobs);
    cursor = page.next_cursor;
    if (cursor === undefined || page.jobs.length === 0 || jobs.length >= limit) return { ...page, jobs };
  }
}

function listShown(page: JobPage): Shown {
  const { jobs, total, next_cursor } = page;
  const of = total === undefined ? "" : ` of ${total}`;
  return {
    document: page,
    rows: jobs,
    fields: JOB_FIELDS,
    lines: (terminal) => jobsLines(jobs, terminal),
    notes: next_cursor === undefined ? [] : [`${jobs.length}${of} jobs; --limit shows more.`],
  };
}

function countOf(raw: string): number {
  const value = Number(raw);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError("A whole number from 1 to 1000000 is needed.");
}
