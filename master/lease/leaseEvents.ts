import type { JsonObject } from "../../shared/tasks/task.ts";
import type { FileWarning } from "../../shared/warnings.ts";
import type { Slave } from "../fleet/slave.ts";
import type { Lease, QueuedUnit } from "../queue/port.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { SlaveHttp } from "./client.ts";
import type { KeptInputs } from "./keptInputs.ts";
import type { StoreInputs } from "./storeInputs.ts";

export interface LeaseTransport {
  readonly http: SlaveHttp;
  readonly store: ByteStore;
  readonly keptInputs: KeptInputs;
  readonly storeInputs: StoreInputs;
  /** Largest part that is accepted. */
  readonly maxPartBytes: number;
  /** A lease whose slave sends nothing for so long is given up. */
  readonly silenceSeconds: number;
}

/** An event of one unit of a lease, as its slave tells it. */
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
      readonly warnings?: readonly FileWarning[] | undefined;
    }
  | {
      readonly type: "failed";
      readonly code: string;
      readonly error: string;
      readonly seconds: number;
      /** A child ended while it worked on the unit. */
      readonly crashed: boolean;
      /** The slave did not finish the unit, for a reason of its own. */
      readonly handedBack: boolean;
    };

/** Undefined when the event is handled already. */
export type LeaseHandler = (unit: QueuedUnit, event: LeaseEvent) => Promise<void> | undefined;

export interface LeaseRun {
  readonly slave: Slave;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Called once for each unit with `part` or `failed`, and before that with any number of other events. */
  readonly handle: LeaseHandler;
}
