import type { FileState, JobState } from "../../shared/contract/jobs.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { InputFile, JsonObject } from "../../shared/tasks/task.ts";
import type { FileWarning, JobWarning } from "../../shared/warnings.ts";
import type { JobCallbackRecord } from "./callback.ts";
import type { Histogram } from "./histogram.ts";

/** A job as recorded. Times are milliseconds since 1970, UTC. */
export interface JobRecord {
  readonly id: string;
  /** Name for people. */
  readonly name: string;
  readonly task: string;
  readonly state: JobState;
  readonly options: JsonObject;
  /** Options that no view shows, such as passwords; forgotten when the job ends. */
  readonly secrets?: JsonObject;
  /** What the job has to do with recorded results; undefined: `use`. */
  readonly cache?: CacheWish;
  /** Weight in the fair share, 1 to 10. */
  readonly priority: number;
  readonly seed: number;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly bytes: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly code?: string;
  readonly error?: string;
  readonly retryOf?: string;
  /** Name of the token that the job was sent with; undefined when no token was set. */
  readonly client?: string;
  /** `X-Request-Id` of the request that made it. */
  readonly requestId?: string;
  /** Time budgets that the client asked for; the others come from the task and the operator. */
  readonly budgets?: MaybeBudgets;
  /** Where its end is told; undefined when its client did not ask for that. */
  readonly callback?: JobCallbackRecord;
  /** Undefined while no unit of the job has had a second copy. */
  readonly speculation?: Speculation;
  /** Undefined while none of its files has ended. */
  readonly work?: EndedWork;
  readonly attachments: readonly Attachment[];
  /** Undefined while there is none. */
  readonly warnings?: readonly JobWarning[];
  /** Id of the master that runs it, its owner; undefined where a master works alone, and while the job is free. */
  readonly master?: string;
  /** A client asked for its end, which is its owner's to record. */
  readonly cancelWish?: CancelReason;
}

/**
 * `refresh`: each file is done anew, and its result is the one that later jobs take. `off`: the job takes no recorded
 * result, and later jobs take none of its results.
 */
export type CacheWish = "refresh" | "off";

/** Why a job is cancelled: the code and the sentence that its record keeps. */
export interface CancelReason {
  readonly code: "cancelled" | "no_slaves";
  readonly message: string;
}

/** Second copies of late units. */
export interface Speculation {
  readonly copies: number;
  /** Copies that answered before the first one did. */
  readonly copiesFirst: number;
  /** Estimated; see `master/dispatch/speculation.ts`. */
  readonly secondsSaved: number;
}

/** Sums over the files of a job that have ended by themselves. */
export interface EndedWork {
  /** Number of these files. */
  readonly files: number;
  /** Seconds in slaves' children. */
  readonly seconds: number;
  readonly resultBytes: number;
  /** Time when a slave began with the first of them; undefined while no start is known. */
  readonly startedAt?: number | undefined;
  /** Times from the creation of the job to the start of each file, and from there to its end; not of older records. */
  readonly waits?: Histogram | undefined;
  readonly runs?: Histogram | undefined;
  /** Number of files whose result was on record; undefined while there is none. Only `files` and `resultBytes` count them, too. */
  readonly cached?: number | undefined;
  /** Seconds that slaves' children worked on these results when they were made. */
  readonly savedSeconds?: number | undefined;
  /** Number of files by the name of the slave that did them. */
  readonly slaves: Readonly<Record<string, number>>;
}

export interface Attachment {
  /** Name in the task's results folder. */
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
  /** Job that took the name over (`replaceNames`): the file in the folder is that job's. */
  readonly replacedBy?: string;
}

/** An input file as recorded. */
export interface FileRecord extends InputFile {
  /** Safe relative path of the file in its upload; undefined when it is `filename`. */
  readonly path?: string | undefined;
  /** The result that was on record for these bytes when the job was created: no slave does the file. */
  readonly cached?: CachedResult | undefined;
  /**
   * An earlier file of the job with the same bytes, whose result serves this file, too. A slave does this file only when
   * that one has no result that may serve.
   */
  readonly twinOf?: number | undefined;
  /** `running` is not recorded: it would be wrong after a restart. */
  readonly state: Exclude<FileState, "running">;
  /** Name in `<results>/<task>/`, reserved when the job was created, or when the name was taken in the folder. */
  readonly resultName: string;
  /** Job that took the name over (`replaceNames`): the file in the folder is that job's, or will be. */
  readonly replacedBy?: string | undefined;
  readonly resultKey?: string | undefined;
  readonly resultBytes?: number | undefined;
  readonly resultSha256?: string | undefined;
  /** Of a result that no slave made for this file: seconds that slaves' children worked on it when it was made. */
  readonly savedSeconds?: number | undefined;
  /** What a later file must have to get this result, by `reuseKeys.ts`. Undefined: no later file gets it. */
  readonly reuseKey?: string | undefined;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly warnings?: readonly FileWarning[] | undefined;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly attempts: number;
  readonly slave?: string | undefined;
  /** Seconds in slaves' children. */
  readonly seconds?: number | undefined;
  /** Time when a slave began with the file, in the run of the job that ended it. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** 1 for the file of the job that ended first; undefined for files that the end of the job ended. */
  readonly endOrder?: number | undefined;
}

/** A copy of a recorded result; the object belongs to the job of the file that gets it. */
export interface CachedResult {
  /** The job whose slaves made the result. It may be gone. */
  readonly job: string;
  /** Seconds that slaves' children worked on it then. */
  readonly seconds: number;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly warnings?: readonly FileWarning[] | undefined;
}
