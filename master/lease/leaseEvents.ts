import type { JsonObject } from "../../shared/tasks/task.ts";
import type { Slave } from "../fleet/slave.ts";
import type { Lease, QueuedUnit } from "../queue/port.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { SlaveHttp } from "./client.ts";

export interface LeaseTransport {
  readonly http: SlaveHttp;
  readonly store: ByteStore;
  /** Largest part that is accepted. */
  readonly maxPartBytes: number;
  /** A slave that sends nothing for so long is given up. */
  readonly silenceSeconds: number;
}

/** What a slave says of one unit of a lease. */
export type LeaseEvent =
  | { readonly type: "start" }
  | { readonly type: "progress" }
  | {
      readonly type: "part";
      readonly object: StoredObject;
      readonly filename: string;
      readonly seconds: number;
      readonly summary: string | undefined;
      readonly info: JsonObject | undefined;
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

/** Undefined: it is done with it. */
export type LeaseHandler = (unit: QueuedUnit, event: LeaseEvent) => Promise<void> | undefined;

export interface LeaseRun {
  readonly slave: Slave;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Called once per unit with `part` or `failed`, and before it perhaps with the others. */
  readonly handle: LeaseHandler;
}
