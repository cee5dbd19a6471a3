import type { JobState } from "../../shared/contract/jobs.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { UploadFile } from "./files.ts";

export interface ClientOptions {
  /** `host:port`, `http://host:port` or `https://host:port`; a path is kept. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Certificates (PEM) of authorities trusted for a master that listens by HTTPS; by default those of Node. */
  readonly ca?: Buffer | undefined;
}

export interface CallOptions {
  /** Aborting it closes the connection; the master then cancels the job of a running upload. */
  readonly signal?: AbortSignal | undefined;
}

export interface UploadRequest extends CallOptions {
  /** `task_type`: `image`, `text`, … as `tasks()` lists them. */
  readonly task: string;
  /** The files are opened one after the other. */
  readonly files: Iterable<UploadFile> | AsyncIterable<UploadFile>;
  readonly options?: JsonObject | undefined;
  /** Weight among jobs that wait for slaves, 1 to 10; 1 by default. */
  readonly priority?: number | undefined;
  /** A file begins to be sent: it has the next `index`, from 0. */
  readonly onBegin?: (file: UploadFile) => void;
  /** Called with the number of content bytes that were handed to the connection. */
  readonly onSent?: (bytes: number) => void;
  /** Called when a file cannot be opened and is left out. Without this callback the upload fails. */
  readonly onUnreadable?: (file: UploadFile, error: unknown) => void;
}

export interface RetryRequest extends CallOptions {
  /** Replace options of the job. Secret ones, such as passwords, must be given again. */
  readonly options?: JsonObject | undefined;
}

export interface JobQuery extends CallOptions {
  /** A search: words, `file:`, `state:`, `task:`, `slave:`, `code:`, `client:`, `since:`. */
  readonly q?: string | undefined;
  readonly state?: JobState | undefined;
  readonly task?: string | undefined;
  /** At most this many, 1 to 500; newest first. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the list before. */
  readonly cursor?: string | undefined;
}

export interface AddSlavesRequest extends CallOptions {
  /** Files that each works on at a time. */
  readonly slots?: number | undefined;
}

/** What can be done with all jobs that match a search. */
export type BulkAction = "cancel" | "retry" | "delete";

export interface BulkRequest extends CallOptions {
  /** As `q` of a list of jobs. */
  readonly q: string;
  /** Options that a retry changes. */
  readonly options?: JsonObject | undefined;
}

/** What became of the jobs that matched. */
export interface BulkOutcome {
  /** Jobs that matched. */
  readonly total: number;
  /** Ids of the jobs that were changed; of a retry: the new jobs. */
  readonly changed: readonly string[];
  readonly skipped: readonly { readonly id: string; readonly code: string; readonly error: string }[];
}
