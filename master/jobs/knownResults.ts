import { setImmediate as turn } from "node:timers/promises";
import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import type { JobInput } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultWish } from "../record/recordedResults.ts";
import { copyRecorded } from "../results/copyRecorded.ts";
import { type ReusingJob, reuseKeys } from "../results/reuseKey.ts";
import type { ByteStore } from "../store/port.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";

/** Files that are looked for together: the record answers in a few milliseconds. */
const FILES_AT_ONCE = 500;
/** Results that are copied at the same time. */
const COPIES_AT_ONCE = 16;

export interface KnownResultsDeps {
  readonly jobs: Pick<RecordOfJobs, "recorded">;
  readonly store: Pick<ByteStore, "read" | "get" | "put" | "remove">;
  readonly disk: Pick<DiskSpace, "room">;
  /** Whose jobs a client sees (`JOBS`). */
  readonly sight: "all" | "own";
}

/** A job that is to be created. */
export interface LookingJob extends ReusingJob {
  readonly id: string;
  readonly files: readonly JobInput[];
  /** Aborted when the client that waits for the job leaves: no further result is copied. */
  readonly gone?: AbortSignal | undefined;
}

/**
 * The results that are on record for the files of a new job. The job gets copies of them, so that either job can be
 * purged without the other.
 */
export class KnownResults {
  readonly #deps: KnownResultsDeps;

  constructor(deps: KnownResultsDeps) {
    this.#deps = deps;
  }

  /**
   * The files of the job, with the results that are on record and in the store, as far as there is room for copies; of
   * the others, those that another file of the job has the bytes and key of say which one.
   */
  async of(job: LookingJob): Promise<readonly JobInput[]> {
    const keyOf = job.cache === undefined ? reuseKeys(this.#deps.sight, job) : undefined;
    if (keyOf === undefined) return job.files;
    const files = [...job.files];
    const firsts = new Map<string, number>();
    try {
      for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
        if (from > 0) await turn();
        if (job.gone?.aborted) break;
        const some = files.slice(from, from + FILES_AT_ONCE);
        const wishes = some.map((file) => ({ sha256: file.sha256, reuseKey: keyOf(file) }));
        for (const [n, file] of (await this.#withResults(job, some, wishes)).entries())
          files[from + n] = withTwin(firsts, file, wishes[n]);
      }
      return files;
    } catch (error) {
      await this.drop(files);
      throw error;
    }
  }

  /** Removes the copies of a job that was not created. */
  async drop(files: readonly JobInput[]): Promise<void> {
    const keys = files.flatMap(({ cached }) => (cached === undefined ? [] : [cached.key]));
    if (keys.length > 0) await this.#deps.store.remove(keys);
  }

  async #withResults(
    job: LookingJob,
    files: readonly JobInput[],
    wishes: readonly ResultWish[],
  ): Promise<JobInput[]> {
    const found = await this.#deps.jobs.recorded.find(wishes);
    if (found.every((result) => result === undefined)) return [...files];
    let room = await this.#deps.disk.room();
    const all = [...files];
    const copyOne = async ([n, file]: [number, JobInput]) => {
      const result = found[n];
      const bytes = result?.file.resultBytes ?? 0;
      if (result === undefined || bytes > room || job.gone?.aborted) return;
      room -= bytes;
      const cached = await copyRecorded(this.#deps.store, result, { ...job, to: file });
      if (cached !== undefined) all[n] = { ...file, cached };
    };
    try {
      await eachAtMost(files.entries(), COPIES_AT_ONCE, copyOne);
      return all;
    } catch (error) {
      await this.drop(all);
      throw error;
    }
  }
}

/** The file, with the index of the first file of its bytes and key that has no recorded result. */
function withTwin(firsts: Map<string, number>, file: JobInput, wish: ResultWish | undefined): JobInput {
  if (file.cached !== undefined || wish === undefined) return file;
  const key = `${wish.sha256} ${wish.reuseKey}`;
  const twinOf = firsts.get(key);
  if (twinOf !== undefined) return { ...file, twinOf };
  firsts.set(key, file.index);
  return file;
}
