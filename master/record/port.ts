import type { JobState } from "../../shared/contract/jobs.ts";
import type { RecordedCallbacks } from "./callback.ts";
import type { JobEvent } from "./events.ts";
import type { FileRecord, JobRecord } from "./job.ts";
import type { RecordedMasters } from "./masters.ts";
import type { NameOwner } from "./names.ts";
import type { ClientKey, CreatedJob, CreateOptions, NewJob, RequestHolder } from "./newJob.ts";
import type { PartRecord, PartWatcher } from "./part.ts";
import type { RecordedResults } from "./recordedResults.ts";
import type { FileSearch, Search } from "./search.ts";
import type { RecordedTimeline } from "./timeline.ts";
import type { RecordedUploads } from "./uploads.ts";

/** Rows of a list, such as the files of a job, by their indexes. */
export interface RowRange {
  /** The first unless said. */
  readonly from?: number;
  /** Most rows; all unless said. */
  readonly limit?: number;
}

export interface FileRange extends RowRange {
  /** Only files that match; `from` is then the number of those that are left out. */
  readonly search?: FileSearch | undefined;
}

export interface JobFilter {
  readonly id?: string;
  readonly state?: JobState;
  readonly task?: string;
  readonly client?: string;
  /** Only jobs that match all of its clauses. */
  readonly search?: Search | undefined;
  /** Only jobs whose id is below this one. As ids rise with time, this is a cursor. */
  readonly before?: string;
  readonly limit: number;
}

export type CountFilter = Omit<JobFilter, "before" | "limit">;

/**
 * The record of jobs. Laws, which `record.contract.ts` tests for every driver:
 * - `create` reserves every result name, unique per task in NFC and case-folded, in the same transaction
 *   as the job; the first to ask gets it, later ones the same name with a number that rises, from 2;
 * - `rename` gives a result the next number of its name, whether its job is over or not;
 * - `apply` is atomic per call and resolves when the change survives a kill of the process; calls at the
 *   same time share a transaction; an event that `transition` refuses is an AppError `bad_transition`;
 * - a name whose file failed or was cancelled goes back to the file that it was taken from (`replaceNames`), else it
 *   is free again; the names of a job that was removed are free;
 * - a file ends once: a second end of it is `bad_transition` too; a part that is stored again is replaced;
 * - each change is announced to the hub once it is committed;
 * - a part's watcher may be told before the commit. What is applied in answer is recorded in the same transaction or in
 *   a later one, never without the part;
 * - after a restart everything that resolved is there.
 */
export interface RecordOfJobs {
  /** @throws AppError `job_exists`, `no_space` */
  create(job: NewJob, options?: CreateOptions): Promise<CreatedJob>;
  /** @throws AppError `no_such_job`, `bad_transition`, `no_space` */
  apply(job: string, events: readonly JobEvent[]): Promise<JobRecord>;
  get(job: string): Promise<JobRecord | undefined>;
  /** Newest first, some at a time, as `pages`. */
  listPages(filter: JobFilter): AsyncIterable<readonly JobRecord[]>;
  /** Number of jobs that match. */
  count(filter: CountFilter): Promise<number>;
  /** Ids of all jobs that match, newest first. */
  ids(filter: CountFilter): Promise<readonly string[]>;
  /** All of them in memory. */
  list(filter: JobFilter): Promise<JobRecord[]>;
  /** Number of jobs in each state. */
  counts(): Promise<Readonly<Record<JobState, number>>>;
  /**
   * Files in index order, in pages: the event loop stays free between two pages, for any number of files and readers.
   * A file may change between two pages. None when there is no such job.
   */
  pages(job: string, range?: FileRange): AsyncIterable<readonly FileRecord[]>;
  /** Number of files of a job that match. */
  countFiles(job: string, search: FileSearch): Promise<number>;
  /** All of them in memory. */
  files(job: string, from?: number, limit?: number): Promise<FileRecord[]>;
  /** The same for files that have ended by themselves, in end order, those after the first `after`. */
  pagesByEnd(job: string, after: number): AsyncIterable<readonly FileRecord[]>;
  /** Stored parts of a map, in index order. */
  parts(job: string, map: string): Promise<PartRecord[]>;
  /**
   * Tells the watcher of each part of a map that is stored from now on. A map has one watcher. Returns a function that
   * ends the watch.
   */
  watchParts(job: string, map: string, watcher: PartWatcher): () => void;
  /** Job and file that the result belongs to; undefined while there is no result under this name. */
  owner(task: string, resultName: string): Promise<FileOwner | undefined>;
  /** The newest result of a name, plain or with a number, that is there; undefined when there is none. */
  latest(task: string, resultName: string): Promise<NamedResult | undefined>;
  /**
   * Gives a result another name, because a file that is not this record's has its name in the results folder. Resolves
   * with the name; undefined when the name is no longer this result's.
   */
  rename(taken: TakenName): Promise<string | undefined>;
  /** The job that a client's request key stands for; undefined when it expired, or its job was removed. */
  requested(asked: ClientKey, now: number): Promise<RequestHolder | undefined>;
  /**
   * Forgets a job that is over, with its names and its request key. The caller removes its objects from the store.
   * @throws AppError `no_such_job`, `bad_transition` while it is not over
   */
  remove(job: string): Promise<void>;
  /** Mean seconds that changes of the last ten seconds took until they were committed; 0 when there was none. */
  readonly commitSeconds: number;
  /** Resolves when everything recorded before the call survives a power loss. */
  sync(): Promise<void>;
  readonly kept: KeptJobs;
  readonly recorded: RecordedResults;
  readonly callbacks: RecordedCallbacks;
  readonly timeline: RecordedTimeline;
  readonly uploads: RecordedUploads;
  /** The masters that share the record; undefined where one works alone. */
  readonly masters?: RecordedMasters | undefined;
  close(): Promise<void>;
}

/** Bytes that jobs which are over keep in the store. The caller counts them. */
export interface KeptJobs {
  /** Jobs that are over and whose bytes are not noted; the job that ended first comes first. */
  unnoted(limit: number): Promise<readonly string[]>;
  /**
   * Notes the bytes of a job that is over, and forgets its parts: it is never replayed again.
   * @throws AppError `no_such_job`, `bad_transition` while it is not over
   */
  note(job: string, bytes: number): Promise<void>;
  /** Noted jobs that ended before this time (ms since 1970); the job that ended first comes first. */
  noted(endedBefore: number, limit: number): Promise<readonly KeptJob[]>;
  /** Bytes of all noted jobs together. */
  bytes(): Promise<number>;
}

export interface KeptJob {
  readonly job: string;
  readonly bytes: number;
}

/** The name of a result that a file of another owner has in the results folder. */
export interface TakenName extends NameOwner {
  readonly task: string;
  readonly name: string;
  /** Names of this result that were taken just before. */
  readonly tries: number;
}

export interface NamedResult extends FileOwner {
  readonly name: string;
}

export interface FileOwner {
  readonly job: string;
  /** Undefined for an attachment. */
  readonly index?: number;
  /** Number in the name; undefined for a plain name. */
  readonly number?: number;
  readonly key: string;
  readonly bytes: number;
  readonly sha256?: string;
}
