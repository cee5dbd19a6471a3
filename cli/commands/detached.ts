import { printable, printableJson } from "../../shared/printable.ts";
import type { InputProblem } from "../files/look.ts";
import type { Terminal } from "../output/terminal.ts";
import { counted } from "../output/words.ts";
import { comeBack } from "./endedEarly.ts";
import type { JobOutcome } from "./jobOutcome.ts";
import { leftOutJson } from "./leftOut.ts";
import { type FollowFlags, reportFiles } from "./uploadReport.ts";

/** What `upload --detach` tells of. */
interface Detached {
  readonly outcome: JobOutcome;
  readonly problems: readonly InputProblem[];
  readonly leftOut: readonly string[];
}

/** Prints the id of a job that goes on by itself, and how to come back to it. */
export function printDetached(
  terminal: Terminal,
  flags: FollowFlags,
  { outcome, problems, leftOut }: Detached,
): void {
  const { job } = outcome;
  if (job === undefined) return;
  const unreadable = [...problems, ...outcome.unreadable.values()];
  if (flags.json === true) {
    terminal.print(printableJson({ ...job.view, unreadable, left_out: leftOutJson(leftOut) }, 2));
    return;
  }
  reportFiles(terminal, flags, { outcome, problems, leftOut: leftOut.length });
  terminal.print(printable(`job ${job.id}: ${counted(job.view.counts.total, "file")} sent`));
  if (flags.quiet !== true) terminal.note(printable(comeBack(job).hint));
}
