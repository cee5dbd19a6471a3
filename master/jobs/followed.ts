import { JobProgress } from "../map/progress.ts";
import type { FileRecord, JobRecord } from "../record/port.ts";

/** A job to wait for and to watch, whether it runs in this process or is over. */
export interface FollowedJob {
  readonly id: string;
  readonly progress: JobProgress;
  /** Files that have ended, in the order of the record; it grows. What is done of them can be fetched. */
  readonly endedFiles: readonly FileRecord[];
  /** Its work is being stopped. */
  readonly cancelling: boolean;
  /** Resolves with the record in its final state, or as it is when the master stops; never rejects. */
  readonly ended: Promise<JobRecord>;
  /** Calls back when a file ended or others run. Returns its own undoing. */
  onChange(listener: () => void): () => void;
}

/** A job that was over before anybody asked. */
export function finishedJob(record: JobRecord, files: readonly FileRecord[]): FollowedJob {
  return {
    id: record.id,
    progress: new JobProgress(() => undefined),
    endedFiles: inOrderOfEnd(files),
    cancelling: false,
    ended: Promise.resolve(record),
    onChange: () => () => undefined,
  };
}

/** As the record counted them; those that the end of the job ended come last, by index. */
export function inOrderOfEnd(files: readonly FileRecord[]): FileRecord[] {
  const last = Number.MAX_SAFE_INTEGER;
  return files
    .filter((file) => file.state !== "queued")
    .sort((a, b) => (a.order ?? last) - (b.order ?? last) || a.index - b.index);
}

/** Files as they end, from a place in their order on; over with the job, or when nobody listens any more. */
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
  const undo = job.onChange(() => wake());
  signal.addEventListener("abort", stop);
  void job.ended.then(stop);
  try {
    for (let place = from; !signal.aborted; ) {
      const file = job.endedFiles[place];
      if (file !== undefined) {
        place += 1;
        yield file;
      } else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    undo();
    signal.removeEventListener("abort", stop);
  }
}
