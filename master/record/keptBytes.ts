import type { FileRecord, JobRecord } from "./job.ts";

/**
 * Bytes that jobs keep in the store after their end, by job id. Only for jobs whose run shows that the store
 * holds their inputs and results and nothing else; retention need not list the objects of these.
 */
export type KeptBytes = Map<string, number>;

type EndedFile = Pick<FileRecord, "state" | "attempts" | "resultBytes">;
type EndedJob = Pick<JobRecord, "bytes" | "attachments" | "speculation">;

/** Counts of one run of a job. */
export interface RunCounts {
  readonly files: { readonly length: number };
  readonly endedFiles: readonly EndedFile[];
  /** Number of objects that the run stored: parts of its units, and files that its task put. */
  readonly stored: number;
}

/** Bytes of the inputs and results of a job that has ended; undefined when the store may hold more of it. */
export function keptBytes(job: EndedJob, { files, endedFiles, stored }: RunCounts): number | undefined {
  const isPlain = job.attachments.length === 0 && job.speculation === undefined && stored === files.length;
  if (!isPlain || endedFiles.length !== files.length || !endedFiles.every(isDoneAtOnce)) return undefined;
  return endedFiles.reduce((sum, { resultBytes = 0 }) => sum + resultBytes, job.bytes);
}

/** A second attempt may have stored a second part. */
function isDoneAtOnce({ state, attempts }: EndedFile): boolean {
  return state === "done" && attempts === 1;
}
