import type { LocalFile, LocalUnit } from "../../shared/tasks/local.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";

/** Messages between the slave's process and its children. */
export type ToChild =
  | ({ readonly type: "unit"; readonly id: number } & LocalUnit)
  /** Load a task ahead of its first unit. */
  | { readonly type: "warm"; readonly task: string };

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "warmed"; readonly task: string; readonly error?: string }
  | { readonly type: "progress"; readonly id: number; readonly done?: number }
  | ({ readonly type: "done"; readonly id: number } & ChildResult)
  | {
      readonly type: "failed";
      readonly id: number;
      readonly code: string;
      readonly error: string;
      /** Of an unexpected error, for the log only. */
      readonly stack?: string;
    };

/** A result as it leaves a child: small in memory, large in a file in the unit's folder. */
export interface ChildResult {
  readonly body: LocalFile["body"];
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
