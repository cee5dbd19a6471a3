import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { InputFile, JsonObject } from "../../shared/tasks/task.ts";
import type { CallbackTarget } from "./callback.ts";
import type { CachedResult, CacheWish, FileRecord, JobRecord } from "./job.ts";

export interface NewJob {
  readonly id: string;
  /** Name for people; unless given it is made of the names of the files. */
  readonly name?: string;
  readonly task: string;
  readonly options: JsonObject;
  readonly secrets?: JsonObject;
  readonly cache?: CacheWish;
  readonly priority: number;
  readonly seed: number;
  readonly createdAt: number;
  readonly retryOf?: string;
  readonly client?: string;
  readonly requestId?: string;
  readonly budgets?: MaybeBudgets;
  readonly callback?: CallbackTarget;
  /** The client's key for the request that makes this job; the key then stands for this job. */
  readonly request?: RequestKey;
  readonly files: readonly NewFile[];
}

export interface RequestKey {
  /** Chosen by the client: the same key of another client is another key. */
  readonly key: string;
  /** Digest of everything that the request asks for: another digest under the same key is a mistake of the client. */
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

/** An input file of a new job. */
export interface JobInput extends InputFile {
  /** Safe relative path of the file in its upload; undefined when it is `filename`. */
  readonly path?: string | undefined;
  /** A copy, in the group of the new job, of the result that is on record for the same bytes. */
  readonly cached?: CachedResult | undefined;
  /** Index of an earlier file of the job whose result serves this file, too. */
  readonly twinOf?: number | undefined;
}

export interface NewFile extends JobInput {
  /** Name of the result for a stem that is safe in a file name: `TaskDefinition.resultName`. */
  readonly resultName: (stem: string) => string;
}

export interface CreatedJob {
  readonly record: JobRecord;
  /** In index order, with their reserved names, as `files` answers them. */
  readonly files: readonly FileRecord[];
}

export interface CreateOptions {
  /** Resolve only when the job survives a power loss. */
  readonly durable?: boolean;
  /** Take plain names over from earlier jobs (`ON_EXISTING=replace`); `owner` then answers this job. */
  readonly replaceNames?: boolean;
}
