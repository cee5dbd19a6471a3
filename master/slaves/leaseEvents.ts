import type { Lease, QueuedUnit } from "../../shared/queue/port.ts";
import type { StoredObject } from "../../shared/store/port.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { Slave } from "./slave.ts";

/** What a slave says of one unit of a lease. */
export type LeaseEvent =
  | { readonly type: "start" }
  | { readonly type: "progress" }
  | {
      readonly type: "part";
      readonly object: StoredObject;
      readonly filename: string;
      readonly seconds: number;
      readonly summary?: string;
      readonly info?: JsonObject;
    }
  | {
      readonly type: "failed";
      readonly code: string;
      readonly error: string;
      readonly seconds: number;
      /** A child ended under it. */
      readonly crashed: boolean;
      /** Not tried to the end, and not its fault. */
      readonly handedBack: boolean;
    };

export type LeaseHandler = (unit: QueuedUnit, event: LeaseEvent) => Promise<void>;

export interface LeaseRun {
  readonly slave: Slave;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Called once per unit with `part` or `failed`, and before it perhaps with the others. */
  readonly handle: LeaseHandler;
}
