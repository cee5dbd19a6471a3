import type { JsonObject } from "../tasks/task.ts";

/** What clients of a master read: `/assign_task`, `/jobs`, `/slaves`, `/stats`, `/tasks`. */

export const JOB_STATES = ["queued", "running", "succeeded", "partial", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];
export const FILE_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type FileState = (typeof FILE_STATES)[number];

export function isFinal(state: JobState): boolean {
  return state !== "queued" && state !== "running";
}

export interface FileView {
  /** Place in the upload, from 0. */
  readonly index: number;
  readonly filename: string;
  readonly state: FileState;
  /** Input bytes and SHA-256 (lower-case hex). */
  readonly bytes: number;
  readonly sha256: string;
  /** Path of the result below the results folder's parent, as the old service gave it. */
  readonly saved_as?: string;
  /** Where to fetch the result, from the master's root. */
  readonly url?: string;
  readonly result_bytes?: number;
  readonly result_sha256?: string;
  /** One telling line of the result. */
  readonly summary?: string;
  readonly info?: JsonObject;
  readonly code?: string;
  readonly error?: string;
  /** Tries so far, over all its units. */
  readonly attempts: number;
  /** Name of the slave that gave the result. */
  readonly slave?: string;
  /** Seconds in a slave's child. */
  readonly seconds?: number;
  /** When a slave began with it and when it ended: ISO 8601, UTC. */
  readonly started_at?: string;
  readonly ended_at?: string;
  /** Seconds from the job's creation until a slave began with it, and from there to its end. */
  readonly queue_seconds?: number;
  readonly run_seconds?: number;
  /** Inline JSON result, with `Prefer: return=representation`. */
  readonly result?: unknown;
}

export interface JobCounts {
  readonly total: number;
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface JobView {
  readonly id: string;
  readonly task_type: string;
  readonly state: JobState;
  readonly options: JsonObject;
  readonly counts: JobCounts;
  readonly bytes: number;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly started_at?: string;
  readonly ended_at?: string;
  /** A job-wide failure. */
  readonly code?: string;
  readonly error?: string;
  readonly retry_of?: string;
  /** Extra results of the job as a whole. */
  readonly attachments: readonly { readonly name: string; readonly saved_as: string; readonly url: string }[];
  readonly url: string;
}

/** `GET /jobs/<id>`. */
export interface JobDetail extends JobView {
  readonly statistics: JobStatistics;
  readonly files: readonly FileView[];
}

export interface JobStatistics {
  readonly seconds: number;
  readonly queue_seconds: number;
  readonly run_seconds: number;
  /** Seconds in slaves' children, added up. */
  readonly slave_seconds: number;
  readonly input_bytes: number;
  readonly result_bytes: number;
  readonly files_per_second: number;
  readonly slaves: Readonly<Record<string, number>>;
  /** Second copies of late units: how many were sent, and how many answered before the first ones. */
  readonly speculative_copies: number;
  readonly copies_first: number;
  /** Estimated: the first copies are reckoned to have needed as long again as they had run by then. */
  readonly seconds_saved: number;
}

/** `POST /assign_task`, waiting; the first four fields are the old service's. */
export interface AssignAnswer {
  readonly message: string;
  readonly total_files_processed: number;
  readonly saved_files: readonly string[];
  readonly task_type: string;
  readonly job_id: string;
  readonly state: JobState;
  readonly files: readonly FileView[];
  readonly failed_files: readonly {
    readonly filename: string;
    readonly code: string;
    readonly error: string;
  }[];
  readonly attachments: JobView["attachments"];
  readonly statistics: JobStatistics;
}

/** Lines of `Accept: application/x-ndjson`. `job` is the first, `end` always the last. */
export type AssignLine =
  | {
      readonly type: "job";
      readonly job_id: string;
      readonly task_type: string;
      readonly total_files: number;
    }
  | ({ readonly type: "file" } & FileView)
  | ({ readonly type: "end" } & Omit<AssignAnswer, "files">);

export interface SlaveView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: "pending" | "alive" | "draining" | "lost";
  readonly classic: boolean;
  readonly version?: string;
  readonly slots: number;
  /** Units it has been given and has not answered yet, running or waiting. */
  readonly busy: number;
  readonly tasks: readonly string[];
  readonly done: number;
  readonly failed: number;
  readonly last_seen?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly working_on?: readonly {
    readonly task: string;
    readonly filename: string;
    readonly seconds: number;
  }[];
}

export interface TaskView {
  readonly task_type: string;
  readonly title: string;
  readonly summary: string;
  readonly field: string;
  readonly extensions: readonly string[];
  /** JSON Schema of `options`. */
  readonly options: JsonObject;
  readonly result: string;
}

/** RFC 9457, with a sentence in `error` as the old service had it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: string;
  readonly code: string;
  readonly [extension: string]: unknown;
}
