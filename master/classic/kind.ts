import type { Slave } from "../fleet/slave.ts";

/** Tasks of the classic service that it did with one request for each file. */
export const CLASSIC_TASKS: ReadonlySet<string> = new Set(["image", "text", "ocr", "audio", "document"]);
/** The classic service fits its vectors over the files of one request, so its slaves get the whole job or nothing. */
export const CLASSIC_WHOLE_JOB_TASK = "embedding";

/**
 * Whether a slave has what the classic service has not: steps, tokens, draining, and leases whose units are answered
 * one by one, so that a lease can be called back and a unit can get a second copy.
 */
export function isOurs(slave: Slave): boolean {
  return !slave.classic;
}

/** Names of the tasks that a slave does. */
export function tasksOf(slave: Slave): readonly string[] {
  return slave.classic ? [...CLASSIC_TASKS, CLASSIC_WHOLE_JOB_TASK] : Object.keys(slave.steps);
}
