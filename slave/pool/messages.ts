import type { LocalFile, LocalUnit } from "../../shared/tasks/local.ts";
import type { JsonObject, StepOutput } from "../../shared/tasks/task.ts";

/** Messages between the slave's process and its children. A child does in turn what it is told. */
export type ToChild =
  /** With the bytes of those files that are sent along, one after the other. */
  | (Omit<LocalUnit, "files"> & {
      readonly type: "unit";
      readonly id: number;
      readonly files: readonly FileHead[];
    })
  /** Load a task ahead of its first unit. */
  | { readonly type: "warm"; readonly task: string }
  /** What the last unit left in the folder is gone. */
  | { readonly type: "go" };

/** A file of a unit: where it lies, or how many bytes of the message it is. */
export type FileHead = Omit<LocalFile, "body"> & {
  readonly body: Exclude<LocalFile["body"], Uint8Array> | number;
};

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "warmed"; readonly task: string; readonly error?: string }
  | { readonly type: "progress"; readonly id: number; readonly done?: number }
  | (AnswerHead & { readonly type: "done" } & Omit<ChildResult, "body"> & {
        /** Without it the message's bytes are the result. */
        readonly path?: string;
      })
  | (AnswerHead & {
      readonly type: "failed";
      readonly code: string;
      readonly error: string;
      /** Of an unexpected error, for the log only. */
      readonly stack?: string;
    });

interface AnswerHead {
  readonly id: number;
  readonly seconds: number;
  /** Something lies in the folder: the child begins nothing before it is told to go on. */
  readonly isLittered: boolean;
}

/** A result as it leaves a child: small in memory, large in a file in the unit's folder. */
export interface ChildResult {
  readonly body: StepOutput["body"];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly summary?: string;
  readonly info?: JsonObject;
}

/** What a child is started with, as one JSON argument: it has no environment. */
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
