import type { ClientWeights } from "./clientTurns.ts";
import type {
  FailReason,
  Lease,
  LeaseWish,
  MapHead,
  QueuedUnit,
  QueueSize,
  UnitQueue,
  UnitWatcher,
} from "./port.ts";
import { mapOf } from "./unitId.ts";
import { WaitingUnits } from "./waitingUnits.ts";

interface HeldLease {
  readonly lease: Lease;
  readonly open: Map<string, QueuedUnit>;
  deadline: number;
}

/** The embedded driver of UnitQueue: in memory, refilled by the replay of each job after a restart. */
export class MemoryQueue implements UnitQueue {
  readonly #waiting: WaitingUnits;
  readonly #leases = new Map<string, HeldLease>();
  readonly #listeners = new Set<() => void>();
  readonly #watchers = new Map<string, UnitWatcher>();
  #token = 0;
  #leased = 0;

  constructor(weights: ClientWeights = new Map()) {
    this.#waiting = new WaitingUnits(weights);
  }

  async put(units: readonly QueuedUnit[]): Promise<void> {
    for (const unit of units) this.#waiting.put(unit);
    this.#announce();
  }

  heads(): Iterable<MapHead> {
    this.#expire();
    return this.#waiting.heads();
  }

  async lease({ owner, seconds, map, most }: LeaseWish): Promise<Lease | undefined> {
    this.#expire();
    const units = this.#waiting.take(map, most);
    if (units.length === 0) return undefined;
    this.#token += 1;
    const lease: Lease = { id: `lease-${this.#token}`, token: this.#token, owner, units };
    const open = new Map(units.map((unit) => [unit.id, unit]));
    this.#leases.set(lease.id, { lease, open, deadline: Date.now() + seconds * 1000 });
    this.#leased += units.length;
    return lease;
  }

  async extend(lease: Lease, seconds: number): Promise<boolean> {
    this.#expire();
    const held = this.#leases.get(lease.id);
    if (held === undefined) return false;
    held.deadline = Date.now() + seconds * 1000;
    return true;
  }

  async ack(lease: Lease, unit: string): Promise<boolean> {
    const acknowledged = this.#close(lease, unit);
    if (acknowledged === undefined) return false;
    this.#waiting.ended(acknowledged);
    return true;
  }

  /** A unit that was acknowledged is in no list any more. */
  recorded(): void {}

  async fail(lease: Lease, unit: string, reason: FailReason): Promise<boolean> {
    const failed = this.#close(lease, unit);
    if (failed === undefined) return false;
    this.#putBack(counted(failed, reason));
    this.#announce();
    return true;
  }

  async withdraw(units: readonly Pick<QueuedUnit, "id">[]): Promise<readonly string[]> {
    return this.#waiting.withdraw(units);
  }

  async cancel(job: string): Promise<void> {
    this.#waiting.cancel(job);
    for (const [id, held] of this.#leases) {
      if (held.lease.units[0]?.job !== job) continue;
      this.#leases.delete(id);
      this.#leased -= held.open.size;
    }
  }

  async leave(job: string): Promise<void> {
    await this.cancel(job);
  }

  began(lease: Lease, unit: string): void {
    const begun = this.#leases.get(lease.id)?.open.get(unit);
    if (begun !== undefined) this.#watchers.get(mapOf(unit))?.running(begun);
  }

  watch(map: string, watcher: UnitWatcher): () => void {
    this.#watchers.set(map, watcher);
    return () => {
      if (this.#watchers.get(map) === watcher) this.#watchers.delete(map);
    };
  }

  onReady(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  size(): QueueSize {
    return { waiting: this.#waiting.units, leased: this.#leased, bytes: this.#waiting.bytes };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#watchers.clear();
    this.#leases.clear();
  }

  #close(lease: Lease, unit: string): QueuedUnit | undefined {
    const held = this.#leases.get(lease.id);
    const found = held?.open.get(unit);
    if (held === undefined || found === undefined) return undefined;
    held.open.delete(unit);
    this.#leased -= 1;
    if (held.open.size === 0) this.#leases.delete(lease.id);
    return found;
  }

  #putBack(unit: QueuedUnit): void {
    this.#waiting.putBack(unit);
    this.#watchers.get(mapOf(unit.id))?.waiting(unit);
  }

  /** Units of leases that were not extended in time wait again. */
  #expire(): void {
    const now = Date.now();
    for (const [id, held] of this.#leases) {
      if (held.deadline > now) continue;
      this.#leases.delete(id);
      this.#leased -= held.open.size;
      for (const unit of held.open.values()) this.#putBack(counted(unit, "loss"));
    }
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function counted(unit: QueuedUnit, reason: FailReason): QueuedUnit {
  if (reason === "crash") return { ...unit, crashes: unit.crashes + 1 };
  if (reason === "loss") return { ...unit, losses: unit.losses + 1 };
  return unit;
}
