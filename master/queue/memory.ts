import { fitting } from "./fitting.ts";
import type { FailReason, Lease, LeaseWish, QueuedUnit, QueueSize, UnitQueue } from "./port.ts";

/** Units of one map of one job, in the order they were put. */
interface MapLane {
  readonly job: JobLanes;
  readonly name: string;
  readonly waiting: QueuedUnit[];
  /** Units before this place have gone out; the array is cut now and then. */
  head: number;
}

interface JobLanes {
  readonly id: string;
  readonly lanes: Map<string, MapLane>;
  /** Virtual time: leases taken, divided by priority. The job with the least goes next. */
  served: number;
}

interface HeldLease {
  readonly lease: Lease;
  readonly open: Map<string, QueuedUnit>;
  deadline: number;
}

/** The embedded driver of UnitQueue: in memory, refilled by the replay of each job after a restart. */
export class MemoryQueue implements UnitQueue {
  readonly #jobs = new Map<string, JobLanes>();
  readonly #leases = new Map<string, HeldLease>();
  readonly #listeners = new Set<() => void>();
  #token = 0;
  #now = 0;
  #waiting = 0;
  #bytes = 0;

  async put(units: readonly QueuedUnit[]): Promise<void> {
    for (const unit of units) this.#laneOf(unit).waiting.push(this.#count(unit, 1));
    this.#announce();
  }

  async lease(wish: LeaseWish): Promise<Lease | undefined> {
    this.#expire();
    const lane = this.#nextLane(wish);
    if (lane === undefined) return undefined;
    const units = this.#take(lane, wish);
    if (units.length === 0) return undefined;
    lane.job.served += 1 / Math.max(units[0]?.priority ?? 1, 0.01);
    this.#now = Math.max(this.#now, lane.job.served);
    return this.#hold(wish, units);
  }

  async extend(lease: Lease, seconds: number): Promise<boolean> {
    this.#expire();
    const held = this.#leases.get(lease.id);
    if (held === undefined) return false;
    held.deadline = Date.now() + seconds * 1000;
    return true;
  }

  async ack(lease: Lease, unit: string): Promise<boolean> {
    return this.#close(lease, unit) !== undefined;
  }

  async fail(lease: Lease, unit: string, reason: FailReason): Promise<boolean> {
    const failed = this.#close(lease, unit);
    if (failed === undefined) return false;
    this.#putBack(counted(failed, reason));
    this.#announce();
    return true;
  }

  async withdraw(units: readonly Pick<QueuedUnit, "id" | "job">[]): Promise<readonly string[]> {
    const wanted = new Set(units.map(({ id }) => id));
    const gone: string[] = [];
    for (const job of new Set(units.map((unit) => unit.job))) {
      for (const lane of this.#jobs.get(job)?.lanes.values() ?? []) {
        for (const unit of takeOut(lane, wanted)) gone.push(this.#count(unit, -1).id);
        if (lane.waiting.length === 0) this.#dropLane(lane);
      }
      this.#forgetIfIdle(job);
    }
    return gone;
  }

  async cancel(job: string): Promise<void> {
    for (const lane of this.#jobs.get(job)?.lanes.values() ?? []) {
      for (const unit of lane.waiting.slice(lane.head)) this.#count(unit, -1);
    }
    this.#jobs.delete(job);
    for (const [id, held] of this.#leases) if (held.lease.units[0]?.job === job) this.#leases.delete(id);
  }

  onReady(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  size(): QueueSize {
    let leased = 0;
    for (const held of this.#leases.values()) leased += held.open.size;
    return { waiting: this.#waiting, leased, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#jobs.clear();
    this.#leases.clear();
  }

  #laneOf(unit: QueuedUnit): MapLane {
    const job = this.#jobs.get(unit.job) ?? { id: unit.job, lanes: new Map(), served: this.#now };
    this.#jobs.set(unit.job, job);
    const name = unit.id.slice(0, unit.id.lastIndexOf("/"));
    const lane = job.lanes.get(name) ?? { job, name, waiting: [], head: 0 };
    job.lanes.set(name, lane);
    return lane;
  }

  /** Of the jobs that have something for this wish, the one served least. */
  #nextLane(wish: LeaseWish): MapLane | undefined {
    let best: MapLane | undefined;
    for (const job of this.#jobs.values()) {
      if (best !== undefined && job.served >= best.job.served) continue;
      const lane = firstLane(job, wish);
      if (lane !== undefined) best = lane;
    }
    return best;
  }

  #take(lane: MapLane, wish: LeaseWish): QueuedUnit[] {
    const first = lane.waiting[lane.head];
    if (first === undefined) return [];
    const size = wish.size(first, lane.waiting.length - lane.head);
    const units = fitting(lane.waiting, lane.head, size);
    for (const unit of units) this.#count(unit, -1);
    lane.head += units.length;
    if (lane.head === lane.waiting.length) this.#dropLane(lane);
    else if (lane.head > 1024) trim(lane);
    return units;
  }

  /** An empty job is forgotten only when its leases are over too, so that its share is kept. */
  #dropLane(lane: MapLane): void {
    lane.job.lanes.delete(lane.name);
    lane.waiting.length = 0;
    lane.head = 0;
  }

  #hold(wish: LeaseWish, units: readonly QueuedUnit[]): Lease {
    this.#token += 1;
    const lease: Lease = { id: `lease-${this.#token}`, token: this.#token, owner: wish.owner, units };
    const open = new Map(units.map((unit) => [unit.id, unit]));
    this.#leases.set(lease.id, { lease, open, deadline: Date.now() + wish.seconds * 1000 });
    return lease;
  }

  #close(lease: Lease, unit: string): QueuedUnit | undefined {
    const held = this.#leases.get(lease.id);
    const found = held?.open.get(unit);
    if (held === undefined || found === undefined) return undefined;
    held.open.delete(unit);
    if (held.open.size === 0) this.#leases.delete(lease.id);
    this.#forgetIfIdle(found.job);
    return found;
  }

  #putBack(unit: QueuedUnit): void {
    const lane = this.#laneOf(unit);
    lane.waiting.splice(lane.head, 0, this.#count(unit, 1));
  }

  #expire(): void {
    const now = Date.now();
    for (const [id, held] of this.#leases) {
      if (held.deadline > now) continue;
      this.#leases.delete(id);
      for (const unit of held.open.values()) this.#putBack(counted(unit, "loss"));
    }
  }

  #forgetIfIdle(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined || job.lanes.size > 0) return;
    for (const held of this.#leases.values()) if (held.lease.units[0]?.job === id) return;
    this.#jobs.delete(id);
  }

  #count(unit: QueuedUnit, sign: 1 | -1): QueuedUnit {
    this.#waiting += sign;
    this.#bytes += sign * unit.bytes;
    return unit;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function firstLane(job: JobLanes, wish: LeaseWish): MapLane | undefined {
  for (const lane of job.lanes.values()) {
    const first = lane.waiting[lane.head];
    if (first === undefined || !wish.can(first)) continue;
    const size = wish.size(first, lane.waiting.length - lane.head);
    if (size.units > 0) return lane;
  }
  return undefined;
}

function takeOut(lane: MapLane, wanted: ReadonlySet<string>): QueuedUnit[] {
  trim(lane);
  const gone = lane.waiting.filter(({ id }) => wanted.has(id));
  const left = lane.waiting.filter(({ id }) => !wanted.has(id));
  if (gone.length > 0) lane.waiting.splice(0, lane.waiting.length, ...left);
  return gone;
}

function counted(unit: QueuedUnit, reason: FailReason): QueuedUnit {
  if (reason === "crash") return { ...unit, crashes: unit.crashes + 1 };
  if (reason === "loss") return { ...unit, losses: unit.losses + 1 };
  return unit;
}

function trim(lane: MapLane): void {
  lane.waiting.splice(0, lane.head);
  lane.head = 0;
}
