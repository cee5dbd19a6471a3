import type { LeaseBudgets } from "../../shared/tasks/budgets.ts";
import type { FileRef, JsonObject } from "../../shared/tasks/task.ts";

/** A unit as the queue holds it: references only, never bytes. */
export interface QueuedUnit {
  /** `job/map/index`. */
  readonly id: string;
  readonly job: string;
  readonly task: string;
  readonly step: string;
  readonly stepVersion: number;
  readonly options: object;
  readonly args: JsonObject;
  readonly files: readonly FileRef[];
  /** Sum of the files' bytes. */
  readonly bytes: number;
  /** Tries that ended a child under it. */
  readonly crashes: number;
  /** Tries that were lost together with their slave. */
  readonly losses: number;
  /** How long a slave may take for it; the slave's own limits unless said. */
  readonly budgets?: LeaseBudgets | undefined;
  /** Weight of the job in the fair share; 1 unless said. */
  readonly priority: number;
}

/** Why a unit comes back: `crash` and `loss` are counted on it, `returned` is nobody's fault. */
export type FailReason = "crash" | "loss" | "returned";

/** What a slave can take now. */
export interface LeaseWish {
  /** Who holds the lease. */
  readonly owner: string;
  /** Seconds after which an unextended lease is lost. */
  readonly seconds: number;
  /** Whether this owner may do this unit's step. */
  readonly can: (unit: QueuedUnit) => boolean;
  /** Most units and bytes in one lease, given its first unit and how many of its map wait. */
  readonly size: (first: QueuedUnit, waiting: number) => LeaseSize;
}

export interface QueueSize {
  readonly waiting: number;
  readonly leased: number;
  /** Bytes of the units that wait. */
  readonly bytes: number;
}

export interface LeaseSize {
  readonly units: number;
  /**
   * Without files that a unit shares with the one beside it (the matrix of a job, a file of which each unit takes a
   * part): those travel once, and the fewer leases there are the less often.
   */
  readonly bytes: number;
}

export interface Lease {
  readonly id: string;
  /** Rises with every lease: an answer under an older one than the unit's present is refused. */
  readonly token: number;
  readonly owner: string;
  /** At least one; all of one job, step and options. */
  readonly units: readonly QueuedUnit[];
}

/**
 * Units waiting for slots. Laws, which `queue.contract.ts` tests for every driver:
 * - a unit is in at most one lease at a time; after `ack` it is gone for good;
 * - jobs take turns by priority, units of a job go out in the order they were put;
 * - `fail` puts a unit back at the front of its job, unless the job was cancelled;
 * - a lease that is not extended in time is lost, and its units go out again;
 * - `ack` and `fail` under a lease that was lost or is over answer false and change nothing.
 */
export interface UnitQueue {
  put(units: readonly QueuedUnit[]): Promise<void>;
  /** The next lease for this wish, or undefined when nothing fits. */
  lease(wish: LeaseWish): Promise<Lease | undefined>;
  /** Keeps a lease alive for `seconds` more; false when it is lost. */
  extend(lease: Lease, seconds: number): Promise<boolean>;
  ack(lease: Lease, unit: string): Promise<boolean>;
  /** Hands a unit back; it goes out again before the others of its job. */
  fail(lease: Lease, unit: string, reason: FailReason): Promise<boolean>;
  /** Takes these units out where they wait, and answers which those were; what is leased stays. */
  withdraw(units: readonly Pick<QueuedUnit, "id" | "job">[]): Promise<readonly string[]>;
  /** Drops everything of a job that waits; leases of it are lost. */
  cancel(job: string): Promise<void>;
  /** Calls back whenever something may have become leasable. Returns its own undoing. */
  onReady(listener: () => void): () => void;
  size(): QueueSize;
  close(): Promise<void>;
}
