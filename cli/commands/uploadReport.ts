import { printable } from "../../shared/printable.ts";
import type { InputProblem } from "../files/look.ts";
import type { ProgressKind } from "../output/progress.ts";
import { type Column, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { warningLines } from "../output/warnings.ts";
import { counted, secondsInWords } from "../output/words.ts";
import type { ConnectionFlags } from "./connection.ts";
import type { FetchRequest } from "./fetching.ts";
import { type FileOutcome, filesThatEnded, type JobOutcome } from "./jobOutcome.ts";

/** What an upload reports at its end. */
export interface UploadEnd {
  readonly outcome: JobOutcome;
  /** Named paths that cannot be sent. */
  readonly problems: readonly InputProblem[];
  /** Number of files that were left out for their extension. */
  readonly leftOut: number;
}

/** Flags of the commands that follow a job. */
export interface FollowFlags extends ConnectionFlags {
  readonly out?: string;
  /** Whether results get the folders of their inputs. */
  readonly mirror?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Where the results stand in `--out`. */
export function layoutOf({ mirror }: FollowFlags): FetchRequest["layout"] {
  return mirror === false ? "flat" : "tree";
}

/** How the progress is shown. */
export function progressKind({ quiet, json, verbose }: FollowFlags, { bar }: Terminal): ProgressKind {
  if (quiet === true) return "silent";
  if (bar !== undefined) return "bar";
  if (json === true) return "silent";
  return verbose === true ? "lines" : "few";
}

export function reportFiles(terminal: Terminal, flags: FollowFlags, end: UploadEnd): void {
  const isShown = printFiles(terminal, flags, end);
  if (flags.quiet !== true) noteHints(terminal, end.outcome, isShown);
}

/** Prints what became of the files. @returns whether those that are done were listed */
export function printFiles(terminal: Terminal, { quiet, verbose }: FollowFlags, end: UploadEnd): boolean {
  if (quiet !== true) return printOutcome(terminal, end, verbose === true ? "all" : "some");
  noteFailures(terminal, end);
  return false;
}

/** The files of a job that are not done, or whose results were not fetched. */
export function problemsOf(outcome: JobOutcome): readonly Row[] {
  return failuresOf(outcome, []);
}

interface Row {
  readonly state: string;
  readonly file: string;
  readonly result: string;
  readonly telling: string;
}

const DONE: readonly Column<Row>[] = [
  { title: "STATE", value: (row) => row.state },
  { title: "FILE", value: (row) => row.file, keep: "end" },
  { title: "RESULT", value: (row) => row.result, keep: "end" },
  { title: "SUMMARY", value: (row) => row.telling },
];

const FAILED: readonly Column<Row>[] = [
  { title: "STATE", value: (row) => row.state },
  { title: "FILE", value: (row) => row.file, keep: "end" },
  { title: "REASON", value: (row) => row.telling },
];

/** Files that are done and shown on a terminal without `--verbose`. */
const MOST_DONE = 100;

/** Whether every named file was processed and, with `--out`, its result fetched. */
export function allDone({ outcome, problems }: Omit<UploadEnd, "leftOut">): boolean {
  return outcome.end?.state === "succeeded" && failuresOf(outcome, problems).length === 0;
}

/** `all`: the files that are done are always listed. `some`: on a terminal only, and not when they are many. */
type Listing = "all" | "some";

/** Prints the files that are done, then all failures together, then the counts. */
function printOutcome(terminal: Terminal, end: UploadEnd, listing: Listing): boolean {
  const { outcome, problems } = end;
  const done = doneRows(outcome);
  const isShown = listing === "all" || (terminal.width !== undefined && done.length <= MOST_DONE);
  if (isShown) printTable(terminal, DONE, done);
  for (const attachment of outcome.attachments)
    terminal.print(`result of the whole job: ${printable(attachment.savedTo ?? attachment.place)}`);
  printTable(terminal, FAILED, failuresOf(outcome, problems));
  if (outcome.end !== undefined) {
    for (const line of warningLines(outcome.end.warnings, outcome.files.length)) terminal.print(line);
    terminal.print(closing(terminal, end));
  }
  return isShown;
}

function noteHints(terminal: Terminal, { end, files }: JobOutcome, isShown: boolean): void {
  if (!isShown && terminal.width !== undefined) terminal.note("--verbose lists the files that are done.");
  // An upload that ended early has a hint of its own.
  if (end !== undefined && isShown && filesThatEnded(files).some(isElsewhere))
    terminal.note("The results are on the master. To fetch them into a folder here: --out <folder>");
}

/** Whether a result is on another machine and was not fetched. */
function isElsewhere({ view, place, savedTo }: FileOutcome): boolean {
  return view.state === "done" && savedTo === undefined && place !== view.saved_as;
}

/** Prints failures and warnings only, to standard error; for `--quiet`. */
function noteFailures(terminal: Terminal, { outcome, problems }: UploadEnd): void {
  for (const { state, file, telling } of failuresOf(outcome, problems))
    terminal.note(`${state} ${printable(file)}: ${printable(telling)}`);
  const { end, files } = outcome;
  for (const line of warningLines(end?.warnings ?? [], files.length)) terminal.note(line);
}

function printTable(terminal: Terminal, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  if (rows.length === 0) return;
  for (const line of tableLines(columns, rows, terminal.width)) terminal.print(painted(terminal, line));
}

function doneRows({ files }: JobOutcome): Row[] {
  return filesThatEnded(files).flatMap(({ path, view, place, savedTo, saveFailure }) => {
    if (view.state !== "done" || saveFailure !== undefined) return [];
    const result = savedTo ?? place;
    return { state: view.state, file: path, result, telling: view.summary ?? "" };
  });
}

/** Files that failed or were cancelled, results that were not fetched, and files that were not sent. */
function failuresOf(
  { files, unreadable, attachments }: JobOutcome,
  problems: readonly InputProblem[],
): Row[] {
  const ended = filesThatEnded(files).flatMap(({ path, view, saveFailure }) => {
    if (view.state !== "done") return failure(view.state, path, view);
    return saveFailure === undefined ? [] : failure("not fetched", path, saveFailure);
  });
  const whole = attachments.flatMap(({ name, saveFailure }) =>
    saveFailure === undefined ? [] : failure("not fetched", name, saveFailure),
  );
  const notSent = [...problems, ...unreadable.values()].map((problem) =>
    failure("not sent", problem.path, problem),
  );
  return [...ended, ...whole, ...notSent];
}

function failure(state: string, file: string, { code = "unknown", error = "" }: Partial<InputProblem>): Row {
  return { state, file, result: "-", telling: [code, error].filter(Boolean).join(": ") };
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

function closing(terminal: Terminal, { outcome, problems, leftOut }: UploadEnd): string {
  const { end, files } = outcome;
  const done = filesThatEnded(files).filter(({ view }) => view.state === "done");
  const cached = done.filter(({ view }) => view.cached === true).length;
  const known = cached > 0 ? ` (${cached} by results on record)` : "";
  const counts = new Map<string, number>();
  for (const { state } of failuresOf(outcome, problems)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const failures = [...counts].map(([state, count]) => `, ${count} ${state}`).join("");
  const left = leftOut > 0 ? `, ${leftOut} left out` : "";
  const seconds = end?.statistics?.seconds;
  const time = typeof seconds === "number" ? ` in ${secondsInWords(seconds)}` : "";
  const words = `${counted(done.length, "file")} done${known}${failures}${left}${time}`;
  return terminal.paint("bold", words) + terminal.paint("dim", `  job ${printable(end?.job_id ?? "")}`);
}
