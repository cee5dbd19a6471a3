import { isCode } from "../../shared/codes.ts";
import { isFinal, type JobState } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import { withFile } from "./endedWork.ts";
import type { JobEvent } from "./events.ts";
import type { Attachment, FileRecord, JobRecord, Speculation } from "./job.ts";
import type { JobInput } from "./newJob.ts";
import { withFileWarnings, withRunWarning } from "./warnings.ts";

export type FileEnd = Extract<JobEvent, { readonly type: "file_done" | "file_failed" }>;
export type JobEnd = Extract<JobEvent, { readonly type: "ended" | "cancelled" | "failed" }>;

/**
 * The only way a job changes: the record after an event. Counts always add up (done + failed + cancelled
 * <= total, equal at the end), and a final state is for good. `started` may come again after a restart.
 * @throws AppError `bad_transition`
 */
export function transition(job: JobRecord, event: JobEvent): JobRecord {
  if (isFinal(job.state)) throw refused(job, event, "it is over");
  switch (event.type) {
    case "started":
      return { ...job, state: "running", startedAt: job.startedAt ?? event.at };
    case "file_done":
      return doneWith(job, event);
    case "file_failed":
      return { ...counted(job, event), failed: job.failed + 1, work: withFile(job, event) };
    case "part_stored":
      requireRunning(job, event);
      return job;
    case "attached":
      requireRunning(job, event);
      return { ...job, attachments: withAttachment(job.attachments, event.attachment) };
    case "warned":
      requireRunning(job, event);
      return withWarnings(job, withRunWarning(job.warnings, event.warning));
    case "speculated":
      requireRunning(job, event);
      return { ...job, speculation: addedUp(job.speculation, event) };
    default:
      return ended(job, event);
  }
}

function doneWith(job: JobRecord, event: Extract<FileEnd, { readonly type: "file_done" }>): JobRecord {
  return { ...warnedBy(counted(job, event), event), done: job.done + 1, work: withFile(job, event) };
}

/** State of a file after its end. That a file ends once is checked by the record. */
export function endFile(event: FileEnd): FileAfterEnd {
  const { at: endedAt, attempts, slave, seconds, startedAt } = event;
  if (event.type === "file_failed") {
    const { code, error } = event;
    return { state: "failed", code, error, attempts, slave, seconds, startedAt, endedAt };
  }
  const { resultKey, resultBytes, resultSha256, savedSeconds, reuseKey, summary, info, warnings } = event;
  return {
    state: "done",
    resultKey,
    resultBytes,
    resultSha256,
    savedSeconds,
    reuseKey,
    summary,
    info,
    warnings,
    attempts,
    slave,
    seconds,
    startedAt,
    endedAt,
  };
}

/** Members of a file that its end sets. */
export type FileAfterEnd = Omit<FileRecord, keyof JobInput | "resultName" | "replacedBy">;

export interface OpenFilesEnd {
  readonly state: "failed" | "cancelled";
  readonly endedAt: number;
  readonly code?: string;
  readonly error?: string;
}

/** State that files get when their job ends before them; undefined when every file must have ended. */
export function endOfOpenFiles(event: JobEnd): OpenFilesEnd | undefined {
  if (event.type === "ended") return undefined;
  if (event.type === "cancelled") return { state: "cancelled", endedAt: event.at };
  return { state: "failed", endedAt: event.at, code: event.code, error: event.error };
}

/** Number of files that have not ended. */
export function openFiles(job: JobRecord): number {
  return job.total - job.done - job.failed - job.cancelled;
}

/** Whether an error of `apply` says that the job has ended, or was removed. */
export function isJobOver(error: unknown): boolean {
  return error instanceof AppError && isCode(error.code, "bad_transition", "no_such_job");
}

function ended({ secrets: _, ...job }: JobRecord, event: JobEnd): JobRecord {
  const open = openFiles(job);
  const base = { ...withDueCallback(job, event.at), endedAt: event.at };
  if (event.type === "ended") {
    requireRunning(job, event);
    if (open > 0) throw refused(job, event, `${open} of its files have no end`);
    return { ...base, state: stateByCounts(job) };
  }
  if (event.type === "cancelled") {
    // Every file has ended: there is nothing to cancel.
    if (open === 0 && job.total > 0) return { ...base, state: stateByCounts(job) };
    const { code = "cancelled", error } = event;
    const sentence = error === undefined ? {} : { error };
    return { ...base, ...sentence, state: "cancelled", code, cancelled: job.cancelled + open };
  }
  // The job as a whole failed, even when every file ended: never `succeeded`.
  const state = job.done > 0 ? "partial" : "failed";
  return { ...base, state, code: event.code, error: event.error, failed: job.failed + open };
}

/** The end of the job is told from now on. */
function withDueCallback(job: JobRecord, nextAt: number): JobRecord {
  return job.callback === undefined
    ? job
    : { ...job, callback: { ...job.callback, state: "pending", nextAt } };
}

function stateByCounts({ done, total }: JobRecord): JobState {
  if (done === total) return "succeeded";
  return done > 0 ? "partial" : "failed";
}

function counted(job: JobRecord, event: FileEnd): JobRecord {
  requireRunning(job, event);
  if (openFiles(job) <= 0) throw refused(job, event, "all its files have ended");
  return job;
}

function warnedBy(job: JobRecord, { index, warnings }: Extract<FileEnd, { type: "file_done" }>): JobRecord {
  return warnings === undefined ? job : withWarnings(job, withFileWarnings(job.warnings, index, warnings));
}

function withWarnings(job: JobRecord, warnings: JobRecord["warnings"]): JobRecord {
  return warnings === undefined ? job : { ...job, warnings };
}

function addedUp(before: Speculation | undefined, more: Speculation): Speculation {
  return {
    copies: (before?.copies ?? 0) + more.copies,
    copiesFirst: (before?.copiesFirst ?? 0) + more.copiesFirst,
    secondsSaved: (before?.secondsSaved ?? 0) + more.secondsSaved,
  };
}

function withAttachment(attachments: readonly Attachment[], added: Attachment): Attachment[] {
  return [...attachments.filter(({ name }) => name !== added.name), added];
}

function requireRunning(job: JobRecord, event: JobEvent): void {
  if (job.state !== "running") throw refused(job, event, "it has not started");
}

function refused(job: JobRecord, event: JobEvent, reason: string): AppError {
  return new AppError(
    "bad_transition",
    `Job ${job.id} (${job.state}) cannot take the event "${event.type}": ${reason}.`,
    { status: 409 },
  );
}
