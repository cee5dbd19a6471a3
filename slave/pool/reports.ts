import type { Logger } from "../../shared/logger.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import type { Child, ChildEnd } from "./childProcess.ts";
import type { EndCause } from "./childState.ts";
import { ending } from "./endings.ts";
import type { WarmChildSettings } from "./warmChildDeps.ts";

/** Tells the log of a step that failed. @param stack of an unexpected error; undefined for a fault of the file */
export function reportFault(log: Logger, unit: LocalUnit, stack: string | undefined): void {
  if (stack === undefined) return;
  const { task, step, files } = unit;
  const file = files[0]?.filename ?? "";
  const [reason = ""] = stack.split("\n", 1);
  log.error(
    { task, step, file, stack },
    `the step ${step} of ${task} failed at ${file} by a fault of the program: ${reason}`,
  );
}

/** Counts a child that ended, and tells the log of it, unless its slot or its unit is the cause. */
export function reportEnd(
  { log, counts }: Pick<WarmChildSettings, "log" | "counts">,
  cause: EndCause,
  [child, end]: readonly [Child, ChildEnd],
): void {
  counts?.childEnded(end.heapFull ? "out_of_memory" : END_REASONS[cause.kind]);
  if (cause.kind === "itself" || cause.kind === "unusable")
    log.warn({ printed: child.lastPrinted }, `a child ${ending(end.code, end.signal)}`);
}

const END_REASONS = { dismissed: "replaced", unit: "unit", unusable: "unusable", itself: "crash" } as const;
