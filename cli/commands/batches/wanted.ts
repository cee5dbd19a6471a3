import { type Collected, keyOf } from "../../files/collect.ts";
import type { LocalInput } from "../../files/look.ts";
import type { Journal } from "../../journal/journal.ts";
import { digestOfFile, stampOf } from "./batchInput.ts";
import type { BatchReport } from "./batchReport.ts";

/** Files that were found; with `isPause`, no others are found for a while. */
export interface FoundFiles extends Collected {
  readonly isPause?: true;
}

/** Files to send. */
export interface WantedFiles {
  readonly inputs: readonly LocalInput[];
  readonly isPause: boolean;
}

export interface WantedTerms {
  /** Files that are done by it are left out; undefined: none are. */
  readonly journal: Journal | undefined;
  readonly report: BatchReport;
  readonly isUnderWay: (input: LocalInput) => boolean;
  readonly signal: AbortSignal;
}

/** Of the files that are found, those that are to be sent. */
export async function* wantedFiles(
  found: AsyncIterable<FoundFiles>,
  terms: WantedTerms,
): AsyncGenerator<WantedFiles> {
  for await (const { inputs, problems, leftOut, isPause = false } of found) {
    terms.report.addProblems(problems);
    terms.report.leftOut.add(leftOut);
    const wanted: LocalInput[] = [];
    for (const input of inputs) if (await isWanted(input, terms)) wanted.push(input);
    yield { inputs: wanted, isPause };
  }
}

async function isWanted(input: LocalInput, terms: WantedTerms): Promise<boolean> {
  const { report, isUnderWay } = terms;
  if (input.modified === undefined) {
    const error = "A stream cannot be sent with --skip-done: it has no time of modification.";
    report.addProblems([{ path: input.path, code: "not_a_file", error }]);
    return false;
  }
  if (isUnderWay(input)) return false;
  const isDone = await wasDone(input, terms);
  if (isDone) report.skipped += 1;
  return !isDone;
}

/** Only a file whose time of modification has changed, and whose size has not, is read. */
async function wasDone(input: LocalInput, { journal, signal }: WantedTerms): Promise<boolean> {
  const key = keyOf(input);
  const { bytes = 0, modified = 0 } = input;
  const state = journal?.stateOf(key, { bytes, modified }) ?? "new";
  if (journal === undefined || state !== "changed") return state === "done";
  const digest = await digestOfFile(input, signal).catch(() => "");
  signal.throwIfAborted();
  if (!journal.wasDone(key, digest)) return false;
  await journal.done(key, stampOf(input), digest);
  return true;
}
