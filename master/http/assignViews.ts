import type { ErrorCode } from "../../shared/codes.ts";
import type { AssignAnswer } from "../../shared/contract/jobs.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { ResultsFolder } from "../results/results.ts";
import { jobView, statistics } from "./views.ts";

/** Lists in the answer of a waiting `/assign_task`. They may have very many members. */
export type AnswerLists = "saved_files" | "files" | "failed_files";

type AssignSummary = Omit<AssignAnswer, AnswerLists | "kind">;

/** The answer of a waiting `/assign_task` without its lists. */
export function assignSummary(job: JobRecord, results: ResultsFolder): AssignSummary {
  return {
    message: messageOf(job),
    total_files_processed: job.done,
    task_type: job.task,
    id: job.id,
    job_id: job.id,
    state: job.state,
    ...failureOf(job),
    attachments: jobView(job, { results }).attachments,
    warnings: job.warnings ?? [],
    statistics: statistics(job),
  };
}

/** Why the job failed, or why none of its files is done. */
function failureOf(job: JobRecord): Pick<AssignSummary, "code" | "error"> {
  if (job.code !== undefined) return { code: job.code, error: job.error ?? messageOf(job) };
  return job.done > 0 ? {} : { code: NO_FILE_DONE, error: messageOf(job) };
}

const NO_FILE_DONE: ErrorCode = "no_file_done";

/** Members of `saved_files`. */
export function savedFiles(
  job: JobRecord,
  files: readonly FileRecord[],
  results: ResultsFolder,
): AssignAnswer["saved_files"] {
  return files
    .filter(({ state, replacedBy }) => state === "done" && replacedBy === undefined)
    .map(({ resultName }) => results.savedAs(job.task, resultName));
}

/** Members of `failed_files`. */
export function failedFiles(job: JobRecord, files: readonly FileRecord[]): AssignAnswer["failed_files"] {
  return files
    .filter(({ state }) => state !== "done")
    .map(({ filename, state, code, error }) => ({
      filename,
      code: code ?? job.code ?? state,
      error: error ?? job.error ?? "The file was not processed.",
    }));
}

/** When every file is done, the sentence of the classic service; else how many are. */
export function messageOf({ task, total, done, failed, cancelled }: JobCounted): string {
  if (done === total) return `${titleCase(task)} processing complete`;
  const { label } = taskNamed(task);
  const rest = [
    `${done} of ${total} ${total === 1 ? "file" : "files"} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
  return `${label} ${cancelled > 0 ? "was cancelled" : "finished"}: ${rest.join(", ")}.`;
}

type JobCounted = Pick<JobRecord, "task" | "total" | "done" | "failed" | "cancelled">;

/** Python's `str.title()` of a task's name: the classic service writes it so. */
function titleCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
