import { JobProgress } from "../map/progress.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";

/** A job to wait for and to watch, whether it runs in this process or is over. */
export interface FollowedJob {
  readonly id: string;
  readonly progress: JobProgress;
  /** Files that have ended, in end order; the list grows. The results of done files can be fetched. */
  readonly endedFiles: readonly FileRecord[];
  /** Whether the job is being stopped. */
  readonly cancelling: boolean;
  /** Resolves with the record in its final state, or as it is when the master stops; never rejects. */
  readonly ended: Promise<JobRecord>;
  /** Calls the listener when `endedFiles` has grown. Returns a function that ends the calls. */
  onFileEnded(listener: () => void): () => void;
}

/** A job that is over and that this process did not run. */
export function finishedJob(record: JobRecord, files: readonly FileRecord[]): FollowedJob {
  return {
    id: record.id,
    progress: new JobProgress(() => undefined),
    endedFiles: inOrderOfEnd(files),
    cancelling: false,
    ended: Promise.resolve(record),
    onFileEnded: () => () => undefined,
  };
}

/** In the order in which the record counted them; files that the end of the job ended come last, by index. */
export function inOrderOfEnd(files: readonly FileRecord[]): FileRecord[] {
  const last = Number.MAX_SAFE_INTEGER;
  return files
    .filter((file) => file.state !== "queued")
    .sort((a, b) => (a.endOrder ?? last) - (b.endOrder ?? last) || a.index - b.index);
}

/** Yields files as they end, from index `from` of `endedFiles` on, until the job ends or the signal is aborted. */
export async function* filesAsTheyEnd(
  job: FollowedJob,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<FileRecord> {
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
    for (let index = from; !signal.aborted; ) {
      const file = job.endedFiles[index];
      if (file !== undefined) {
        index += 1;
        yield file;
      } else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    undo();
    signal.removeEventListener("abort", stop);
  }
}
