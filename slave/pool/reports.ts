import type { Logger } from "../../shared/logger.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import type { Child, ChildEnd } from "./childProcess.ts";
import type { EndCause } from "./childState.ts";
import { ending } from "./endings.ts";

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

/** Tells the log of a child that ended, unless its slot or its unit is the cause. */
export function reportEnd(log: Logger, cause: EndCause, [child, end]: readonly [Child, ChildEnd]): void {
  if (cause.kind === "itself" || cause.kind === "unusable")
    log.warn({ printed: child.lastPrinted }, `a child ${ending(end.code, end.signal)}`);
}
