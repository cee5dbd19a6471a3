import { setImmediate as turn } from "node:timers/promises";
import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { resultHead } from "../../shared/tasks/result.ts";
import type { CachedResult } from "../record/job.ts";
import type { JobInput } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { RecordedResult, ResultWish } from "../record/recordedResults.ts";
import { copyResult } from "../results/copyResult.ts";
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

  /** The files of the job, with the results that are on record and in the store, as far as there is room for copies. */
  async of(job: LookingJob): Promise<readonly JobInput[]> {
    const keyOf = job.cache === undefined ? reuseKeys(this.#deps.sight, job) : undefined;
    if (keyOf === undefined) return job.files;
    const files = [...job.files];
    try {
      for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
        if (from > 0) await turn();
        if (job.gone?.aborted) break;
        const some = files.slice(from, from + FILES_AT_ONCE);
        const wishes = some.map((file) => ({ sha256: file.sha256, reuseKey: keyOf(file) }));
        for (const [n, file] of (await this.#withResults(job, some, wishes)).entries())
          files[from + n] = file;
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
      const cached = await this.#copy(result, { ...job, to: file });
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

  /** Undefined when the bytes of the result are gone, or it does not begin as the results of this version. */
  async #copy({ job, file: from }: RecordedResult, { id, task, options, to, gone: signal }: CopyWish) {
    const { resultKey: key, resultBytes: bytes = 0, resultSha256: sha256, cached } = from;
    if (key === undefined) return undefined;
    const isJson = task.resultType(options) === "application/json";
    const [before, after] = [from.filename, to.filename].map((name) => Buffer.from(resultHead(task, name)));
    const rename = isJson && before && after && from.filename !== to.filename ? { before, after } : undefined;
    const stored = await copyResult(this.#deps.store, { key, bytes, sha256 }, { group: id, rename, signal });
    if (stored === undefined) return undefined;
    const { summary, info, warnings, seconds = 0 } = from;
    const origin = { job: cached?.job ?? job, seconds: cached?.seconds ?? seconds };
    return { ...origin, ...stored, summary, info, warnings } satisfies CachedResult;
  }
}

interface CopyWish extends Pick<LookingJob, "id" | "task" | "options" | "gone"> {
  readonly to: JobInput;
}
