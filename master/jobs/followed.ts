import { isFinal } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import { JobProgress, type LiveProgress } from "../map/progress.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";

/** A job to wait for and to watch, whether it runs in this process or is over. */
export interface FollowedJob {
  readonly id: string;
  readonly progress: LiveProgress;
  /** Number of files that have ended by themselves and whose results can be fetched. */
  readonly endedFiles: number;
  /** Whether the job is being stopped. */
  readonly cancelling: boolean;
  /** Resolves with the record in its final state, or as it is when the master stops; never rejects. */
  readonly ended: Promise<JobRecord>;
  /** Calls the listener when `endedFiles` has grown. Returns a function that ends the calls. */
  onFileEnded(listener: () => void): () => void;
}

/** A job that is over and that this process did not run. */
export function finishedJob(record: JobRecord): FollowedJob {
  return {
    id: record.id,
    progress: new JobProgress(() => undefined),
    endedFiles: ofThemselves(record),
    cancelling: false,
    ended: Promise.resolve(record),
    onFileEnded: () => () => undefined,
  };
}

export interface FilesWish {
  /** Number of files, in the order of their ends, that are left out. */
  readonly from: number;
  readonly signal: AbortSignal;
}

/**
 * Yields all files of a job in the order of their ends, some at a time, until the job is over, the master stops or the
 * signal is aborted. They come from the record, so that a reader that waits holds one page of them. Files that the end
 * of the job ended come last, by index.
 */
export async function* filesAsTheyEnd(
  jobs: Pick<RecordOfJobs, "pages" | "pagesByEnd">,
  job: FollowedJob,
  { from, signal }: FilesWish,
): AsyncGenerator<readonly FileRecord[]> {
  let told = from;
  for await (const ended of numbersOfEnded(job, signal)) {
    for await (const page of endedFiles(jobs, job.id, { from: told, to: ended })) {
      told += page.length;
      yield page;
      if (signal.aborted) return;
    }
  }
  const final = await job.ended;
  if (signal.aborted || !isFinal(final.state)) return;
  const before = ofThemselves(final);
  if (before < final.total) yield* endedByJob(jobs, job.id, Math.max(0, from - before));
}

/** Files from number `from` up to `to` that ended by themselves. */
async function* endedFiles(
  jobs: Pick<RecordOfJobs, "pagesByEnd">,
  id: string,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<readonly FileRecord[]> {
  if (from >= to) return;
  let left = to - from;
  for await (const page of jobs.pagesByEnd(id, from)) {
    yield page.slice(0, left);
    left -= page.length;
    if (left <= 0) return;
  }
  throw new AppError("no_such_job", `Job ${id} was removed while it was read.`, { status: 404 });
}

/** Files that the end of the job ended, without the first `skipped`. */
async function* endedByJob(
  jobs: Pick<RecordOfJobs, "pages">,
  id: string,
  skipped: number,
): AsyncGenerator<readonly FileRecord[]> {
  let left = skipped;
  for await (const page of jobs.pages(id)) {
    const files = page.filter(({ endOrder, state }) => endOrder === undefined && state !== "queued");
    if (left < files.length) yield files.slice(left);
    left = Math.max(0, left - files.length);
  }
}

/** Number of files that ended by themselves. */
function ofThemselves({ work }: JobRecord): number {
  return work?.files ?? 0;
}

/** Yields `endedFiles` at first and when it has grown, for the last time after the end of the job. */
async function* numbersOfEnded(job: FollowedJob, signal: AbortSignal): AsyncGenerator<number> {
  let over = false;
  let wake = (): void => undefined;
  const stop = () => {
    over = true;
    wake();
  };
  const undo = job.onFileEnded(() => wake());
  signal.addEventListener("abort", stop);
  void job.ended.then(stop);
  try {
    for (let told = -1; !signal.aborted; ) {
      if (job.endedFiles > told) {
        told = job.endedFiles;
        yield told;
      } else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    undo();
    signal.removeEventListener("abort", stop);
  }
}
