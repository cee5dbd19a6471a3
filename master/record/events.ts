import type { ErrorCode } from "../../shared/codes.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { FileWarning, JobWarning } from "../../shared/warnings.ts";
import type { Attachment, Speculation } from "./job.ts";
import type { PartRecord, UnitWork } from "./part.ts";

/**
 * What may happen to a job; `transition.ts` says which events are allowed when. An attachment carries the name that the
 * job asks for. The record's `attachments` has the reserved name, which stays the same when the job asks again.
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
  | { readonly type: "part_stored"; readonly record: PartRecord; readonly work?: UnitWork | undefined }
  | { readonly type: "attached"; readonly attachment: Attachment }
  | { readonly type: "warned"; readonly warning: JobWarning }
  /** Adds to the counts of the job. */
  | ({ readonly type: "speculated" } & Speculation)
  | { readonly type: "ended"; readonly at: number }
  | { readonly type: "cancelled"; readonly at: number; readonly code?: ErrorCode; readonly error?: string }
  /** The job failed as a whole. */
  | { readonly type: "failed"; readonly at: number; readonly code: string; readonly error: string };

export interface FileResult {
  readonly resultKey: string;
  readonly resultBytes: number;
  readonly resultSha256: string;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly warnings?: readonly FileWarning[] | undefined;
  readonly attempts: number;
  readonly slave?: string | undefined;
  readonly seconds: number;
  readonly startedAt?: number | undefined;
  readonly reuseKey?: string | undefined;
  /** The result was on record, or is that of another file of the job; seconds that the work on it took. */
  readonly savedSeconds?: number | undefined;
}
