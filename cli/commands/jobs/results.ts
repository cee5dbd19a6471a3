import type { Command } from "commander";
import { printable } from "../../../shared/printable.ts";
import { EXIT } from "../../exit.ts";
import { ownName } from "../../output/ownName.ts";
import { type Column, tableLines } from "../../output/table.ts";
import { type Connection, type ConnectionFlags, withOutput } from "../connection.ts";
import { type Fetched, Fetching, fetchedMembers, type ResultLink } from "../fetching.ts";
import { RESULT_FIELDS } from "../fields.ts";
import type { RunCommand } from "../runCommand.ts";
import { type Shown, show } from "../show.ts";

interface ResultsFlags extends ConnectionFlags {
  readonly out?: string;
}

/** A result of a job, with what became of it when it was fetched. */
interface ResultRow<View extends ResultLink & { readonly name: string }> extends Fetched {
  readonly filename: string;
  readonly view: View;
}

/** `results <id>`, also below `jobs` */
export function addResults(parent: Command, run: RunCommand): void {
  const command = parent
    .command("results")
    .description("list the results that a job has by now; with --out: fetch them")
    .argument("<id>")
    .option(
      "--out <dir>",
      "fetch the results into this folder, in folders as those of the files that were sent",
    );
  withOutput(command).action((id: string, flags: ResultsFlags) =>
    show(run, flags, (connection) => results(id, flags, connection)),
  );
}

async function results(id: string, { out }: ResultsFlags, { client, signal }: Connection): Promise<Shown> {
  const list = await client.jobs.one(id).results({ signal });
  const files = list.results.map(
    (view): ResultRow<typeof view> => ({ filename: view.path ?? view.filename, view }),
  );
  const whole = list.attachments.map((view): ResultRow<typeof view> => ({ filename: WHOLE_JOB, view }));
  const fetching = new Fetching({ client, signal, out });
  for (const row of [...files, ...whole]) fetching.add(row, row.view);
  await fetching.ended();
  signal.throwIfAborted();
  const document = { ...list, results: files.map(inJson), attachments: whole.map(inJson) };
  return resultsShown(list.job_id, document, [...files, ...whole]);
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
    rows: rows.map(inJson),
    fields: RESULT_FIELDS,
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
