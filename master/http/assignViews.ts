import type { AssignAnswer } from "../../shared/contract/jobs.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { ResultsFolder } from "../results/results.ts";
import { jobView, statistics } from "./views.ts";

/** Lists in the answer of a waiting `/assign_task`. They may have very many members. */
export type AnswerLists = "saved_files" | "files" | "failed_files";

/** The answer of a waiting `/assign_task` without its lists. */
export function assignSummary(
  job: JobRecord,
  files: readonly FileRecord[],
  results: ResultsFolder,
): Omit<AssignAnswer, AnswerLists> {
  return {
    message: `${titleCase(job.task)} processing complete`,
    total_files_processed: job.done,
    task_type: job.task,
    job_id: job.id,
    state: job.state,
    attachments: jobView(job, { results }).attachments,
    statistics: statistics(job, files),
  };
}

/** `saved_files`, in the order of the upload. */
export function* savedFiles(
  job: JobRecord,
  files: readonly FileRecord[],
  results: ResultsFolder,
): Generator<AssignAnswer["saved_files"][number]> {
  for (const { state, resultName, replacedBy } of files) {
    if (state === "done" && replacedBy === undefined) yield results.savedAs(job.task, resultName);
  }
}

/** `failed_files`, in the order of the upload. */
export function* failedFiles(
  job: JobRecord,
  files: readonly FileRecord[],
): Generator<AssignAnswer["failed_files"][number]> {
  for (const { filename, state, code, error } of files) {
    if (state === "done") continue;
    yield {
      filename,
      code: code ?? job.code ?? state,
      error: error ?? job.error ?? "The file was not processed.",
    };
  }
}

/** Python's `str.title()` of a task's name: the classic service writes it so. */
function titleCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
