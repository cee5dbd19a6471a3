import { printableJson } from "../../shared/printable.ts";
import type { InputProblem } from "../files/look.ts";
import { fetchedMembers } from "./fetching.ts";
import { filesThatEnded, type JobOutcome } from "./jobOutcome.ts";
import { leftOutJson } from "./leftOut.ts";
import type { UploadEnd } from "./uploadReport.ts";

/**
 * The job as one JSON document, with the CLI's own members `path`, `saved_to`, `save_failure`, `unreadable`
 * and `left_out`.
 */
export function outcomeJson(
  { outcome, problems }: Omit<UploadEnd, "leftOut">,
  leftOut: readonly string[],
): string {
  return printableJson({ ...outcomeDocument(outcome, problems), left_out: leftOutJson(leftOut) }, 2);
}

/** The job with its files; `problems` are of files that were not sent. */
export function outcomeDocument(outcome: JobOutcome, problems: readonly InputProblem[] = []): object {
  const files = filesThatEnded(outcome.files).map((file) => ({
    ...file.view,
    path: file.path,
    ...fetchedMembers(file),
  }));
  const unreadable = [...problems, ...outcome.unreadable.values()];
  return { ...outcome.end, ...ofAnswer(outcome), files, unreadable };
}

/** Members that the answer of a waiting `/assign_task` has. */
function ofAnswer({ end, files }: JobOutcome): object {
  const views = filesThatEnded(files).map(({ view }) => view);
  return {
    total_files_processed: end?.counts.done ?? 0,
    saved_files: views.flatMap(({ state, saved_as }) => (state === "done" ? (saved_as ?? []) : [])),
    failed_files: views.flatMap(({ state, filename, code, error }) =>
      state === "done" ? [] : { filename, code: code ?? end?.code ?? state, error: error ?? end?.error },
    ),
  };
}
