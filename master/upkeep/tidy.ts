import type { FileRecord, JobRecord } from "../record/port.ts";

/** Jobs that are over and left nothing in the store but inputs and results, with the bytes of those. */
export type TidyJobs = Map<string, number>;

type Ended = Pick<FileRecord, "state" | "attempts" | "resultBytes">;

/** What a run of a job saw of it. */
export interface SeenOfJob {
  readonly files: { readonly length: number };
  readonly endedFiles: readonly Ended[];
  /** Objects that it had stored: parts of its units, and what its task put. */
  readonly parts: number;
}

type Over = Pick<JobRecord, "bytes" | "attachments" | "speculation">;

/** Bytes of the inputs and results of a job that is over; undefined when there may be more of it in the store. */
export function tidyBytes(job: Over, { files, endedFiles, parts }: SeenOfJob): number | undefined {
  const isPlain = job.attachments.length === 0 && job.speculation === undefined && parts === files.length;
  if (!isPlain || endedFiles.length !== files.length || !endedFiles.every(isDoneAtOnce)) return undefined;
  return endedFiles.reduce((sum, { resultBytes = 0 }) => sum + resultBytes, job.bytes);
}

/** A second attempt may have stored its part a second time. */
function isDoneAtOnce({ state, attempts }: Ended): boolean {
  return state === "done" && attempts === 1;
}
