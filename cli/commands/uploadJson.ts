import { printableJson } from "../../shared/printable.ts";
import { fetchedMembers } from "./fetching.ts";
import { leftOutJson } from "./leftOut.ts";
import { filesThatEnded } from "./sendJob.ts";
import type { UploadEnd } from "./uploadReport.ts";

/**
 * The master's answer as one JSON document, with the CLI's own members `path`, `saved_to`, `save_failure`, `unreadable`
 * and `left_out`.
 */
export function outcomeJson(
  { outcome, problems }: Omit<UploadEnd, "leftOut">,
  leftOut: readonly string[],
): string {
  const { type: _type, ...end } = outcome.end ?? { type: "end" };
  const files = filesThatEnded(outcome.files).map((file) => ({
    ...file.view,
    path: file.path,
    ...fetchedMembers(file),
  }));
  const unreadable = [...problems, ...outcome.unreadable];
  return printableJson({ ...end, files, unreadable, left_out: leftOutJson(leftOut) }, 2);
}
