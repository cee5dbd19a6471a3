import type { InputProblem } from "../files/collect.ts";
import { printable, printableJson } from "../output/printable.ts";
import { type Column, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { warningLines } from "../output/warnings.ts";
import { counted, secondsInWords } from "../output/words.ts";
import type { FileOutcome, JobOutcome } from "./sendJob.ts";

interface Row {
  readonly state: string;
  readonly file: string;
  readonly result: string;
  readonly telling: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "STATE", value: (row) => row.state },
  { title: "FILE", value: (row) => row.file },
  { title: "RESULT", value: (row) => row.result },
  { title: "SUMMARY", value: (row) => row.telling },
];

/** Whether every named file was processed and, with `--out`, its result fetched. */
export function allDone(outcome: JobOutcome, problems: readonly InputProblem[]): boolean {
  const { end, files, unreadable, attachments } = outcome;
  if (problems.length + unreadable.length > 0 || end?.state !== "succeeded") return false;
  return [...present(files), ...attachments].every((target) => target.saveFailure === undefined);
}

/** Prints a line for each file in the order of the upload, then the files that were not sent, then the counts. */
export function printOutcome(
  terminal: Terminal,
  outcome: JobOutcome,
  problems: readonly InputProblem[],
): void {
  const rows = [...rowsOf(outcome), ...[...problems, ...outcome.unreadable].map(notSent)];
  if (rows.length > 0)
    for (const line of tableLines(COLUMNS, rows, terminal.width)) terminal.print(painted(terminal, line));
  for (const attachment of outcome.attachments)
    terminal.print(`with it: ${printable(attachment.savedTo ?? attachment.saved_as)}`);
  if (outcome.end === undefined) return;
  for (const line of warningLines(outcome.end.warnings, outcome.files.length)) terminal.print(line);
  terminal.print(closing(terminal, outcome));
}

/** Prints failures and warnings only, to standard error; for `--quiet`. */
export function noteFailures(
  terminal: Terminal,
  outcome: JobOutcome,
  problems: readonly InputProblem[],
): void {
  for (const { state, file, telling } of [
    ...rowsOf(outcome),
    ...[...problems, ...outcome.unreadable].map(notSent),
  ])
    if (state !== "done") terminal.note(`${state} ${printable(file)}: ${printable(telling)}`);
  const { end, files } = outcome;
  for (const line of warningLines(end?.warnings ?? [], files.length)) terminal.note(line);
}

/** The master's answer as one JSON document, with the CLI's own members `path`, `saved_to`, `save_failure` and `unreadable`. */
export function outcomeJson(outcome: JobOutcome, problems: readonly InputProblem[]): string {
  const { type: _type, ...end } = outcome.end ?? { type: "end" };
  const files = present(outcome.files).map(({ path, view, savedTo, saveFailure }) => ({
    ...view,
    path,
    ...(savedTo === undefined ? {} : { saved_to: savedTo }),
    ...(saveFailure === undefined ? {} : { save_failure: saveFailure }),
  }));
  return printableJson({ ...end, files, unreadable: [...problems, ...outcome.unreadable] }, 2);
}

function rowsOf(outcome: JobOutcome): Row[] {
  return present(outcome.files).map(({ path, view, savedTo, saveFailure }) => {
    const { state, code, error, saved_as, summary } = view;
    if (state !== "done") return { state, file: path, result: "-", telling: reason(code, error) };
    const result = savedTo ?? saved_as ?? "-";
    if (saveFailure !== undefined)
      return {
        state: "not fetched",
        file: path,
        result,
        telling: reason(saveFailure.code, saveFailure.error),
      };
    return { state, file: path, result, telling: summary ?? "" };
  });
}

function notSent({ path, code, error }: InputProblem): Row {
  return { state: "not sent", file: path, result: "-", telling: reason(code, error) };
}

function reason(code: string | undefined, error: string | undefined): string {
  return [code ?? "unknown", error].filter(Boolean).join(": ");
}

function painted(terminal: Terminal, line: string): string {
  const state = /^(STATE|done|not \w+|failed|cancelled)/.exec(line)?.[0];
  if (state === undefined) return line;
  const style = state === "STATE" ? "dim" : state === "done" ? "green" : "red";
  return (
    terminal.paint(style, state) +
    (state === "STATE" ? terminal.paint(style, line.slice(5)) : line.slice(state.length))
  );
}

function closing(terminal: Terminal, { end, files }: JobOutcome): string {
  const done = present(files).filter(({ view }) => view.state === "done").length;
  const failed = present(files).length - done;
  const seconds = end?.statistics?.seconds;
  const failures = failed > 0 ? `, ${failed} failed` : "";
  const time = typeof seconds === "number" ? ` in ${secondsInWords(seconds)}` : "";
  const words = `${counted(done, "file")} done${failures}${time}`;
  return terminal.paint("bold", words) + terminal.paint("dim", `  job ${printable(end?.job_id ?? "")}`);
}

/** Files of an interrupted job have holes between them. */
function present(files: readonly FileOutcome[]): FileOutcome[] {
  return files.filter((file) => file !== undefined);
}
