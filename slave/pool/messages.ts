import type { LocalFile, LocalUnit } from "../../shared/tasks/local.ts";
import type { JsonObject, StepOutput } from "../../shared/tasks/task.ts";
import type { FileWarning } from "../../shared/warnings.ts";

/** Messages between the slave's process and its children. A child handles them one after the other. */
export type ToChild =
  /** The body of the message is the bytes of its small files, one after the other. */
  | (Omit<LocalUnit, "files"> & {
      readonly type: "unit";
      readonly id: number;
      readonly files: readonly FileHead[];
    })
  /** Load a task ahead of its first unit. */
  | { readonly type: "warm"; readonly task: string }
  /** The folder is empty again: the next unit may begin. */
  | { readonly type: "go" }
  /** The unit is withdrawn: its files may be gone soon. The child skips it, unless it has begun. */
  | { readonly type: "drop"; readonly id: number };

/** A file of a unit: its path, or its number of bytes in the body of the message. */
export type FileHead = Omit<LocalFile, "body"> & {
  readonly body: Exclude<LocalFile["body"], Uint8Array> | number;
};

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "warmed"; readonly task: string; readonly error?: string }
  | { readonly type: "progress"; readonly id: number; readonly done?: number }
  | (AnswerHead & { readonly type: "done" } & Omit<ChildResult, "body"> & {
        /** File of the result; without it the body of the message is the result. */
        readonly path?: string;
      })
  /** The turn of a unit that was withdrawn. */
  | (AnswerHead & { readonly type: "skipped" })
  | (AnswerHead & {
      readonly type: "failed";
      readonly code: string;
      readonly error: string;
      /** Stack of an unexpected error, for the log only. */
      readonly stack?: string;
    });

interface AnswerHead {
  readonly id: number;
  readonly seconds: number;
  /** The folder is not empty: the child begins no unit before it is told to `go`. */
  readonly isLittered: boolean;
}

/** A result as it leaves a child: in memory when small, else in a file of the child's folder. */
export interface ChildResult {
  readonly body: StepOutput["body"];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly summary?: string;
  readonly info?: JsonObject;
  readonly warnings?: readonly FileWarning[];
}

/** Settings of a child, passed as one argument in JSON because its environment is empty. */
export interface ChildArguments {
  /** URL of the module whose `taskNamed` gives a task. */
  readonly registry: string;
  /** The child's own folder; its units work there, one after the other. */
  readonly folder: string;
  /** Process id of the slave; the child ends when that is gone. */
  readonly parent: number;
  /** Largest result in memory, bytes. */
  readonly smallBytes: number;
}
