import type { JobRecord } from "./job.ts";

/**
 * Bytes that jobs keep in the store after their end, by job id. Only for jobs whose run shows that the store
 * holds their inputs and results and nothing else; retention need not list the objects of these.
 */
export type KeptBytes = Map<string, number>;

type EndedJob = Pick<JobRecord, "total" | "bytes" | "attachments" | "speculation" | "work">;

/** Counts of one run of a job. */
export interface RunCounts {
  /** Files that were done at the first attempt: a second one may have stored a second part. */
  readonly doneAtOnce: number;
  /** Number of objects that the run stored: parts of its units, and files that its task put. */
  readonly stored: number;
}

/** Bytes of the inputs and results of a job that has ended; undefined when the store may hold more of it. */
export function keptBytes(job: EndedJob, { doneAtOnce, stored }: RunCounts): number | undefined {
  const isPlain = job.attachments.length === 0 && job.speculation === undefined;
  if (!isPlain || doneAtOnce !== job.total || stored !== job.total) return undefined;
  return job.bytes + (job.work?.resultBytes ?? 0);
}
