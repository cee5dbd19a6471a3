import type { ErrorCode } from "../../shared/codes.ts";
import { CHILD_KILLED, DISK_FULL } from "../../shared/contract/frames.ts";
import { AppError, type AppErrorInit, isDiskFull } from "../../shared/errors.ts";
import { raisedBy } from "../../shared/tasks/budgets.ts";

/** Errors of units whose child ended. Their messages name the variable that raises a limit, never the file. */

/** The child ended while it worked on the unit, within its time: another try may succeed. */
export class ChildEndedError extends AppError {}

/** The slave did not do the unit, through no fault of the file: the try does not count. */
export class HandedBackError extends AppError {}

/** The child ended, or is held up, before this unit's turn: the pool gives the unit to another child. */
export class NotBegunError extends Error {}

const unit: AppErrorInit = { status: 422 };

export function timedOut(seconds: number): AppError {
  return new AppError("timed_out", `It ran longer than ${seconds} seconds. ${raisedBy("running")}`, unit);
}

export function silent(seconds: number): AppError {
  return new AppError(
    "silent",
    `It told of no progress for ${seconds} seconds. ${raisedBy("silence")}`,
    unit,
  );
}

const OUT_OF_MEMORY = "out_of_memory" satisfies ErrorCode;

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof ChildEndedError && error.code === OUT_OF_MEMORY;
}

export function outOfMemory(limitBytes: number): ChildEndedError {
  const limit = `${Math.round(limitBytes / 2 ** 20)} MB`;
  return new ChildEndedError(
    OUT_OF_MEMORY,
    `It needed more than ${limit} of memory. CHILD_MEMORY on the slave raises this limit.`,
    unit,
  );
}

/** Signals that come from outside the program: from a person or the system. */
const SENT: readonly (string | null)[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

/** The child ended, and this slave did not end it. */
export function crashed(code: number | null, signal: NodeJS.Signals | null): ChildEndedError {
  const name = SENT.includes(signal) ? CHILD_KILLED : "child_crashed";
  return new ChildEndedError(name, `The process that worked on it ${ending(code, signal)}.`, unit);
}

export function handedBack(why: string): HandedBackError {
  return new HandedBackError("handed_back", why, { status: 503, retryAfter: 1 });
}

export function diskFull(): HandedBackError {
  return new HandedBackError(DISK_FULL, "The slave's disk is full.", { status: 507, retryAfter: 10 });
}

/** Whether the slave's disk was full when a unit ended with this error. */
export function saysDiskFull(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof HandedBackError && error.code === DISK_FULL);
}

export function noChildren(): HandedBackError {
  const error = "The slave cannot start the processes that do the work.";
  return new HandedBackError("no_children", error, { status: 503, retryAfter: 10 });
}

export function ending(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL") return "was ended by signal SIGKILL (the machine may be short of memory)";
  if (signal !== null) return `was ended by signal ${signal}`;
  return `ended by itself with exit code ${code}`;
}
