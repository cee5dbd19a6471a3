import type { LeaseBudgets } from "../../shared/tasks/budgets.ts";
import type { JsonObject, UnitFile } from "../../shared/tasks/task.ts";

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
  readonly files: readonly UnitFile[];
  /** Sum of the files' bytes. */
  readonly bytes: number;
  /** Tries that ended a child under it. */
  readonly crashes: number;
  /** Tries during which the slave was lost, or something else ended the child. */
  readonly losses: number;
  /** How long a slave may work on it; the slave's own budgets unless said. */
  readonly budgets?: LeaseBudgets | undefined;
  /** Number of budgets `running` that the unit has, about one for each of its files; 1 unless said. */
  readonly fileBudgets?: number;
  /** Weight of the job among those of its client; 1 unless said. */
  readonly priority: number;
  /** Name of the token that the job was sent with; undefined when no token was set. */
  readonly client?: string | undefined;
}

/** Receives what happens to the units of one map until they end; must not throw. */
export interface UnitWatcher {
  /** A slave began the unit. */
  running(unit: QueuedUnit): void;
  /** The unit is back in the queue. */
  waiting(unit: QueuedUnit): void;
}

/**
 * Why a unit comes back. `crash` and `loss` are counted on it. For `refused` its slave is to blame, for `returned`
 * neither is.
 */
export type FailReason = "crash" | "loss" | "refused" | "returned";

/** A unit during which a child ended or a slave was lost travels alone, so that it can harm no other. */
export function isSuspect({ crashes, losses }: QueuedUnit): boolean {
  return crashes + losses > 0;
}

/** The head of a map with units that wait, or a suspect unit, which is its own head. */
export interface MapHead {
  /** The `mapId`; for a suspect unit its own id. */
  readonly map: string;
  /** The unit that goes out next. */
  readonly first: QueuedUnit;
  /** Units of the map that wait, this one included; suspects are not counted. */
  readonly waiting: number;
}

/** A wish for work, for a slave that can do the head of a map. */
export interface LeaseWish {
  /** Id of the slave that gets the lease. */
  readonly owner: string;
  /** Seconds after which the lease expires, unless it is extended. */
  readonly seconds: number;
  /** As the head names it. */
  readonly map: string;
  readonly most: LeaseSize;
}

/** Units that this master knows of. */
export interface QueueSize {
  readonly waiting: number;
  readonly leased: number;
  /** Bytes of the units that wait. */
  readonly bytes: number;
}

/** Most units and bytes of one lease. A lease has at least one unit, however large. */
export interface LeaseSize {
  readonly units: number;
  /**
   * Files that a unit shares with the one beside it (the matrix of a job, a file of which each unit does a piece) do
   * not count: they travel once a lease, so fewer leases send fewer bytes.
   */
  readonly bytes: number;
}

export interface Lease {
  readonly id: string;
  /** Rises with every lease. An answer under a lease that no longer holds the unit is refused. */
  readonly token: number;
  readonly owner: string;
  /** At least one; all of one map. */
  readonly units: readonly QueuedUnit[];
}

/**
 * Units that wait for slots of this master's slaves. Laws, which `queue.contract.ts` tests for every driver:
 * - a unit is in at most one lease at a time; after `ack` it is gone for good, unless this master ends before `recorded`;
 * - clients take turns by weight, the jobs of a client by priority, units of a map go out in the order they were put;
 * - `fail` puts a unit back at the front of its map, unless the job was cancelled; a suspect unit has a head of its own,
 *   so that a slave which may not have it can be given the units behind it;
 * - a lease that is not extended in time expires, and its units wait again;
 * - `ack` and `fail` under a lease that expired or is over answer false and change nothing.
 */
export interface UnitQueue {
  put(units: readonly QueuedUnit[]): Promise<void>;
  /** The maps with units that wait, the one whose turn it is first. Valid until the queue changes. */
  heads(): Iterable<MapHead>;
  /** Leases units from the head of a map; undefined when none of it waits any more. */
  lease(wish: LeaseWish): Promise<Lease | undefined>;
  /** The lease expires in `seconds` from now; false when it has expired already. */
  extend(lease: Lease, seconds: number): Promise<boolean>;
  ack(lease: Lease, unit: string): Promise<boolean>;
  /** The part of a unit is on record, or is not wanted any more. Until then an acknowledged unit may come back. */
  recorded(unit: string): void;
  /** Hands a unit back; it goes out again before the others of its job. */
  fail(lease: Lease, unit: string, reason: FailReason): Promise<boolean>;
  /** Removes these units where they wait, and answers the ids of those; leased units stay. */
  withdraw(units: readonly Pick<QueuedUnit, "id">[]): Promise<readonly string[]>;
  /** Drops all units of a job; its leases are over. */
  cancel(job: string): Promise<void>;
  /** The same for a job that another master runs now: its units are not wanted here, and there they are. */
  leave(job: string): Promise<void>;
  /** The slave that holds the lease began a unit. */
  began(lease: Lease, unit: string): void;
  /** Tells the one watcher of a map (`mapId`) of its units. Returns a function that ends the watch. */
  watch(map: string, watcher: UnitWatcher): () => void;
  /** Calls the listener when more units may be leased. Returns a function that ends the calls. */
  onReady(listener: () => void): () => void;
  size(): QueueSize;
  close(): Promise<void>;
}
