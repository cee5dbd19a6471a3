import type { MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { InputFile, JsonObject } from "../../shared/tasks/task.ts";
import type { FileRecord, JobRecord } from "./job.ts";

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
