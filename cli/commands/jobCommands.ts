import type { Command } from "commander";
import type { JobView } from "../../shared/contract/jobs.ts";
import { printable } from "../../shared/printable.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { EXIT } from "../exit.ts";
import { ownName } from "../output/ownName.ts";
import { type Column, tableLines } from "../output/table.ts";
import { counted } from "../output/words.ts";
import { type Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { type Fetched, Fetching, fetchedMembers, type ResultLink } from "./fetching.ts";
import { givenOptions, type OptionFlags, withTaskOptions } from "./optionFlags.ts";
import type { RunCommand } from "./runCommand.ts";
import { type Shown, show, shown } from "./show.ts";

/** `cancel <id>` */
export function addCancel(program: Command, run: RunCommand): void {
  const command = program
    .command("cancel")
    .description("cancel a job; the results that it has already are kept")
    .argument("<id>");
  withConnection(command).action((id: string, flags: ConnectionFlags) =>
    show(run, flags, async ({ client, signal }) => shown(await client.cancel(id, { signal }), cancelLines)),
  );
}

function cancelLines({ id, state, counts }: JobView): string[] {
  const files = `${counts.done} of ${counted(counts.total, "file")} done`;
  return [`job ${id} ${state === "cancelled" ? "is cancelled" : `had ended already: ${state}`}, ${files}`];
}

/** `retry <id>` */
export function addRetry(program: Command, run: RunCommand): void {
  const command = program
    .command("retry")
    .description(
      "send the files of a job that failed or were cancelled again, as a new job; do not wait for it",
    )
    .argument("<id>");
  withConnection(withTaskOptions(command)).action((id: string, flags: ConnectionFlags & OptionFlags) =>
    show(run, flags, async ({ client, signal }) => {
      const options = await changedOptions(id, flags, { client, signal });
      return shown(await client.retry(id, { options, signal }), retryLines);
    }),
  );
}

/** The task of the job tells how the values of options are read, so the job is asked for only when there are any. */
async function changedOptions(
  id: string,
  flags: OptionFlags,
  { client, signal }: Omit<Connection, "close">,
): Promise<JsonObject> {
  const given = givenOptions(flags);
  if (given.length === 0) return {};
  const { task_type } = await client.job(id, { signal });
  const { findTask, readOptions } = await import("./taskOptions.ts");
  return readOptions(given, await findTask(task_type, client, signal));
}

function retryLines({ id, retry_of, counts }: JobView): string[] {
  return [
    `job ${id}: ${counted(counts.total, "file")} of job ${retry_of ?? ""} again`,
    `${ownName()} jobs ${id} shows it, ${ownName()} results ${id} --out <dir> fetches its results.`,
  ].map(printable);
}

interface ResultsFlags extends ConnectionFlags {
  readonly out?: string;
}

/** A result of a job, with what became of it when it was fetched. */
interface ResultRow<View extends ResultLink & { readonly name: string }> extends Fetched {
  readonly filename: string;
  readonly view: View;
}

/** `results <id>` */
export function addResults(program: Command, run: RunCommand): void {
  const command = program
    .command("results")
    .description("list the results that a job has by now; with --out: fetch them")
    .argument("<id>")
    .option("--out <dir>", "fetch the results into this folder");
  withConnection(command).action((id: string, flags: ResultsFlags) =>
    show(run, flags, async ({ client, signal }) => {
      const list = await client.results(id, { signal });
      const files = list.results.map(
        (view): ResultRow<typeof view> => ({
          filename: view.path ?? view.filename,
          view,
        }),
      );
      const whole = list.attachments.map((view): ResultRow<typeof view> => ({ filename: WHOLE_JOB, view }));
      const fetching = new Fetching({ client, signal, out: flags.out });
      for (const row of [...files, ...whole]) fetching.add(row, row.view);
      await fetching.ended();
      signal.throwIfAborted();
      const document = { ...list, results: files.map(inJson), attachments: whole.map(inJson) };
      return resultsShown(list.job_id, document, [...files, ...whole]);
    }),
  );
}

/** In the column of input files. */
const WHOLE_JOB = "(the whole job)";

type AnyRow = ResultRow<ResultLink & { readonly name: string }>;

function inJson(row: AnyRow): object {
  return { ...row.view, ...fetchedMembers(row) };
}

function resultsShown(id: string, document: object, rows: readonly AnyRow[]): Shown {
  const none = `Job ${id} has no results yet: ${ownName()} jobs ${id} shows its state.`;
  return {
    document,
    lines: ({ width }) => (rows.length === 0 ? [printable(none)] : tableLines(COLUMNS, rows, width)),
    code: rows.some(({ saveFailure }) => saveFailure !== undefined) ? EXIT.failed : EXIT.done,
  };
}

const COLUMNS: readonly Column<AnyRow>[] = [
  { title: "FILE", value: ({ filename }) => filename, keep: "end" },
  { title: "RESULT", value: resultCell, keep: "end" },
];

function resultCell({ view, savedTo, saveFailure }: AnyRow): string {
  if (saveFailure !== undefined) return `not fetched: ${saveFailure.code}: ${saveFailure.error}`;
  return savedTo ?? view.url ?? view.name;
}
