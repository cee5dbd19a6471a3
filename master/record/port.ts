import type { ErrorCode } from "../../shared/codes.ts";
import type { FileState, JobState } from "../../shared/contract/jobs.ts";
import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { InputFile, JsonObject, Part } from "../../shared/tasks/task.ts";

/** A job as recorded. Times are milliseconds since 1970, UTC. */
export interface JobRecord {
  readonly id: string;
  readonly task: string;
  readonly state: JobState;
  readonly options: JsonObject;
  /** Options that nobody is shown, such as passwords; forgotten when the job ends. */
  readonly secrets?: JsonObject;
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
  /** Name of the token that it was sent with; undefined where none was asked for. */
  readonly client?: string;
  /** What the client asked for; the rest is the task's and the operator's to say. */
  readonly budgets?: MaybeBudgets;
  /** Undefined while none of its units got a second copy. */
  readonly speculation?: Speculation;
  readonly attachments: readonly Attachment[];
}

/** Second copies of late units. */
export interface Speculation {
  readonly copies: number;
  /** Copies that answered before the first one did. */
  readonly copiesFirst: number;
  /** Estimated; see `master/dispatch/speculation.ts`. */
  readonly secondsSaved: number;
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
  /** Who runs just now is not recorded: it would be wrong after a restart. */
  readonly state: Exclude<FileState, "running">;
  /** Name in `<results>/<task>/`, reserved when the job was created. */
  readonly resultName: string;
  /** Job that took the name over (`replaceNames`): the file in the folder is that job's, or will be. */
  readonly replacedBy?: string | undefined;
  readonly resultKey?: string | undefined;
  readonly resultBytes?: number | undefined;
  readonly resultSha256?: string | undefined;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly attempts: number;
  readonly slave?: string | undefined;
  /** Seconds in slaves' children. */
  readonly seconds?: number | undefined;
  /** When a slave began with it, in the run of the master that ended it. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** The how manieth of the job's files it was to end, from 1; files that the job's own end ended have none. */
  readonly order?: number | undefined;
}

export interface NewJob {
  readonly id: string;
  readonly task: string;
  readonly options: JsonObject;
  readonly secrets?: JsonObject;
  readonly priority: number;
  readonly seed: number;
  readonly createdAt: number;
  readonly retryOf?: string;
  readonly client?: string;
  readonly budgets?: MaybeBudgets;
  /** The client's key for the request that made this job; from now on the key stands for this job. */
  readonly request?: RequestKey;
  readonly files: readonly NewFile[];
}

export interface RequestKey {
  /** As its client chose it: the same key of another client is another key. */
  readonly key: string;
  /** Of all that the request asked for: another one under the same key is a mistake of the client. */
  readonly digest: string;
  /** Milliseconds since 1970; the key is forgotten then. */
  readonly expiresAt: number;
}

export interface ClientKey extends Pick<RequestKey, "key"> {
  readonly client: string | undefined;
}

export interface RequestHolder extends Pick<RequestKey, "digest"> {
  readonly job: string;
}

export interface NewFile extends InputFile {
  /**
   * What it is saved as, given a stem that is safe in a file name: `TaskDefinition.resultName`. The record
   * asks again with a longer stem where the name is taken; so it must keep the stem whole.
   */
  readonly resultName: (stem: string) => string;
}

export interface CreatedJob {
  readonly record: JobRecord;
  /** In index order, with the names that they got: as `files` would answer now. */
  readonly files: readonly FileRecord[];
}

export interface CreateOptions {
  /** Resolve only when the job survives a power loss. */
  readonly durable?: boolean;
  /** Take plain names over from earlier jobs (`ON_EXISTING=replace`); `owner` then tells of this job. */
  readonly replaceNames?: boolean;
}

/** A stored part with what it answers: beside it lies the digest of (step, version, options, args, input keys). */
export interface PartRecord {
  readonly map: string;
  readonly digest: string;
  readonly part: Part;
  /** When it was recorded, ms since 1970; undefined in records of older versions. */
  readonly at?: number;
}

/**
 * What may happen to a job; `transition.ts` says which are allowed when. The name of an attachment is the
 * one it asks for; the record's `attachments` has the one it got, the same each time the job asks for it.
 */
export type JobEvent =
  | { readonly type: "started"; readonly at: number }
  | ({ readonly type: "file_done"; readonly index: number; readonly at: number } & FileResult)
  | {
      readonly type: "file_failed";
      readonly index: number;
      readonly at: number;
      readonly code: string;
      readonly error: string;
      readonly attempts: number;
      readonly slave?: string | undefined;
      readonly seconds?: number | undefined;
      readonly startedAt?: number | undefined;
    }
  | { readonly type: "part_stored"; readonly record: PartRecord }
  | { readonly type: "attached"; readonly attachment: Attachment }
  /** Counts up. */
  | ({ readonly type: "speculated" } & Speculation)
  | { readonly type: "ended"; readonly at: number }
  | { readonly type: "cancelled"; readonly at: number; readonly code?: ErrorCode; readonly error?: string }
  | { readonly type: "broken"; readonly at: number; readonly code: string; readonly error: string };

export interface FileResult {
  readonly resultKey: string;
  readonly resultBytes: number;
  readonly resultSha256: string;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly attempts: number;
  readonly slave?: string | undefined;
  readonly seconds: number;
  readonly startedAt?: number | undefined;
}

export interface JobFilter {
  readonly state?: JobState;
  readonly task?: string;
  readonly client?: string;
  /** Only jobs whose id is below this one: a cursor, as ids rise with time. */
  readonly before?: string;
  readonly limit: number;
}

/**
 * The record of jobs. Laws, which `job.contract.ts` tests for every driver:
 * - `create` reserves every result name, unique per task in NFC and case-folded, in the same transaction
 *   as the job; the first to ask gets it, another job's file `<stem>-<job>`, a twin in the same job
 *   `<stem>-<job>-<index>`;
 * - a name that the caller says is taken is reserved by nobody;
 * - `apply` is atomic per call and resolves when the change survives a kill of the process; calls at the
 *   same time share a transaction; an event that `transition` refuses is an AppError `bad_transition`;
 * - a name whose file failed or was cancelled goes back to the file that it was taken from (`replaceNames`), else it
 *   is free again; the names of a job that was removed are free;
 * - a file ends once: a second end of it is `bad_transition` too; a part that is stored again is replaced;
 * - each change is announced to the hub once it is committed;
 * - after a restart everything that resolved is there.
 */
export interface RecordOfJobs {
  /** @throws AppError `job_exists`, `no_space` */
  create(job: NewJob, options?: CreateOptions): Promise<CreatedJob>;
  /** @throws AppError `no_such_job`, `bad_transition`, `no_space` */
  apply(job: string, events: readonly JobEvent[]): Promise<JobRecord>;
  get(job: string): Promise<JobRecord | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<JobRecord[]>;
  /** How many jobs are in which state. */
  counts(): Promise<Readonly<Record<JobState, number>>>;
  /** In index order, from `from`, at most `limit`. */
  files(job: string, from?: number, limit?: number): Promise<FileRecord[]>;
  /** Stored parts of a map, in index order. */
  parts(job: string, map: string): Promise<PartRecord[]>;
  /** Whose result this is; undefined while there is none under that name. */
  owner(task: string, resultName: string): Promise<FileOwner | undefined>;
  /** The job that a client's request key stands for; undefined when it expired, or its job was removed. */
  requested(asked: ClientKey, now: number): Promise<RequestHolder | undefined>;
  /**
   * Forgets a job that is over, with its names and its request key; what it has in the store is the caller's to remove.
   * @throws AppError `no_such_job`, `bad_transition` while it is not over
   */
  remove(job: string): Promise<void>;
  /** Resolves when everything recorded before the call survives a power loss. */
  sync(): Promise<void>;
  readonly kept: KeptJobs;
  close(): Promise<void>;
}

/** What jobs that are over still hold in the store. Which bytes those are is the caller's to say. */
export interface KeptJobs {
  /** Jobs that are over, without a note of what they hold; the one that ended first comes first. */
  unnoted(limit: number): Promise<readonly string[]>;
  /**
   * Notes what a job that is over holds, and forgets its parts: it is never replayed again.
   * @throws AppError `no_such_job`, `bad_transition` while it is not over
   */
  note(job: string, bytes: number): Promise<void>;
  /** Noted jobs that ended before this time (ms since 1970), the one that ended first first. */
  noted(endedBefore: number, limit: number): Promise<readonly KeptJob[]>;
  /** Bytes of all noted jobs together. */
  bytes(): Promise<number>;
}

export interface KeptJob {
  readonly job: string;
  readonly bytes: number;
}

export interface FileOwner {
  readonly job: string;
  /** Undefined for an attachment. */
  readonly index?: number;
  readonly key: string;
  readonly bytes: number;
  readonly sha256?: string;
}
