import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { coalesce } from "../../shared/async/coalesce.ts";
import { UnavailableError } from "../../shared/errors.ts";
import { runPlainLease, WHOLE_JOB_STEP } from "../classic/plainLease.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import { SlaveFullError } from "../lease/client.ts";
import { runFramesLease } from "../lease/framesLease.ts";
import type { LeaseTransport } from "../lease/leaseEvents.ts";
import type { PaceBook, StragglerRule } from "../map/pace.ts";
import type { LeaseSize, QueuedUnit } from "../queue/port.ts";
import type { ChangeHub } from "../record/hub.ts";
import { isNoSpace } from "../upkeep/diskSpace.ts";
import { ActiveLease, type EndReason, FULL_DISK_REST_MS, type LeaseDeps, stepKey } from "./activeLease.ts";
import { canDo } from "./capability.ts";
import { stragglers, waitingElsewhere } from "./idleSlots.ts";
import { leaseSize } from "./leaseSize.ts";

export interface DispatcherDeps extends LeaseDeps {
  readonly registry: SlaveRegistry;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly transport: LeaseTransport;
  /** A lease that is not extended for so long is lost. */
  readonly leaseSeconds: number;
  readonly paces: PaceBook;
  readonly stragglerRule: StragglerRule;
}

/** How often slots that idle look for units that run for too long elsewhere. */
const IDLE_LOOK_MS = 500;
/** Ends of leases that count against the slave. */
const SLAVES_FAULT: ReadonlySet<EndReason> = new Set(["slave_lost", "overdue"]);
/** A classic slave answers only when all is done: keep its leases short. */
const CLASSIC_LEASE = { seconds: 5, units: 16 } as const;

/** Fills free slots with leases from the queue, whenever a slot or a unit becomes free. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #active = new Set<ActiveLease>();
  readonly #undo: (() => void)[] = [];
  /** By step; of this round. */
  readonly #fleetSlots = new Map<string, number>();
  #leases = 0;
  #stopped = false;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#undo.push(this.#deps.queue.onReady(this.#look));
    this.#undo.push(this.#deps.hub.watch("slaves", ({ slave }) => this.#slaveChanged(slave)));
    // Also for slaves whose rest is over: nobody tells of that.
    const looking = setInterval(this.#look, IDLE_LOOK_MS).unref();
    this.#undo.push(() => clearInterval(looking));
  }

  /** How many slaves have just now. */
  get leases(): number {
    return this.#active.size;
  }

  /** Ends the work on a job: its slaves' connections are closed, which stops their children. */
  async cancel(job: string): Promise<void> {
    await this.#deps.queue.cancel(job);
    for (const active of this.#active) if (active.job === job) active.end("cancelled");
  }

  /**
   * Hands out nothing more, gives running leases so many seconds to finish, then ends them: their units go
   * back to the queue. Resolves when none is left.
   */
  async stop(drainSeconds: number): Promise<void> {
    this.#stopped = true;
    for (const undo of this.#undo) undo();
    const end = Date.now() + drainSeconds * 1000;
    while (this.#active.size > 0 && Date.now() < end) await sleep(20);
    for (const active of this.#active) active.end("stopping");
    while (this.#active.size > 0) await sleep(5);
  }

  readonly #look = (): void => {
    if (!this.#stopped) void this.#dispatchSoon();
  };

  /** Once per turn of the event loop, however many units and slaves become free in it. */
  readonly #dispatchSoon = coalesce(
    () =>
      this.#dispatchAll().catch((error: unknown) =>
        this.#deps.logger.error({ err: error }, "dispatching failed"),
      ),
    { pause: turn },
  );

  /** One lease per slave and round, so that all get some of a small job. */
  async #dispatchAll(): Promise<void> {
    this.#fleetSlots.clear();
    for (let given = true; given && !this.#stopped; ) {
      given = false;
      const slaves = [...this.#deps.registry.alive()].sort(leastBusyFirst);
      for (const slave of slaves) given = (await this.#dispatchTo(slave)) || given;
    }
    this.#useIdleSlots();
  }

  async #dispatchTo(slave: Slave): Promise<boolean> {
    const lease = await this.#deps.queue.lease({
      owner: slave.id,
      seconds: this.#deps.leaseSeconds,
      can: (unit) => canDo(slave, unit),
      size: (first, waiting) => this.#size(slave, first, waiting),
    });
    if (lease === undefined) return false;
    this.#begin(new ActiveLease(this.#deps, slave, { lease }));
    return true;
  }

  #begin(active: ActiveLease): void {
    this.#active.add(active);
    active.slave.newestLease = ++this.#leases;
    this.#run(active).catch((error: unknown) => this.#deps.logger.error({ err: error }, "a lease failed"));
  }

  #size(slave: Slave, first: QueuedUnit, waiting: number): LeaseSize {
    const unitSeconds = this.#deps.times.expected(stepKey(first), first.bytes);
    if (slave.onProbation) return { units: slave.assigned === 0 ? 1 : 0, bytes: first.bytes };
    if (slave.classic) return classicSize(slave, unitSeconds);
    if (first.step === WHOLE_JOB_STEP) return { units: 1, bytes: first.bytes };
    return leaseSize({
      slots: slave.slots,
      fleetSlots: this.#slotsFor(first),
      assigned: slave.assigned,
      // What went out before anything was known counts as what is known now.
      assignedSeconds: slave.assignedSeconds || slave.assigned * (unitSeconds ?? 0),
      waiting,
      unitSeconds,
      unitBytes: first.bytes,
    });
  }

  /** Slots of all slaves that can do it; counted once a round, as every slave is asked in each. */
  #slotsFor(unit: QueuedUnit): number {
    const key = `${stepKey(unit)}/${unit.stepVersion}`;
    const known = this.#fleetSlots.get(key);
    if (known !== undefined) return known;
    const able = this.#deps.registry.alive().filter((slave) => canDo(slave, unit));
    const slots = able.reduce((sum, slave) => sum + slave.slots, 0);
    this.#fleetSlots.set(key, slots);
    return slots;
  }

  async #run(active: ActiveLease): Promise<void> {
    const { slave, lease, signal, handle } = active;
    const { transport, leaseSeconds } = this.#deps;
    const plain = slave.classic || lease.units[0]?.step === WHOLE_JOB_STEP;
    const extending = setInterval(() => this.#extend(active), (leaseSeconds * 1000) / 3);
    try {
      // More room at the slave with every answer: look for more work at once.
      const handleAndLook: typeof handle = (unit, event) => handle(unit, event)?.then(this.#look);
      const run = { slave, lease, signal, handle: handleAndLook };
      await (plain ? runPlainLease(transport, run) : runFramesLease(transport, run));
      this.#deps.registry.fine(slave);
    } catch (error) {
      await this.#broken(active, error);
    } finally {
      clearInterval(extending);
      this.#active.delete(active);
      this.#look();
    }
  }

  #extend(active: ActiveLease): void {
    const { queue, leaseSeconds, transport } = this.#deps;
    if (active.isOverdue(transport.silenceSeconds)) active.end("overdue");
    else void queue.extend(active.lease, leaseSeconds);
  }

  async #broken(active: ActiveLease, error: unknown): Promise<void> {
    const { slave, endReason } = active;
    const ours = endReason !== undefined && !SLAVES_FAULT.has(endReason);
    const noRoom = isNoSpace(error);
    const full = error instanceof SlaveFullError;
    // A slave is not to blame for what it could not be sent.
    const inputsLost = !(ours || noRoom || full) && (await active.endLost()) > 0;
    const slaveFault = !(ours || noRoom || full || inputsLost);
    if (noRoom) slave.restUntil = Date.now() + FULL_DISK_REST_MS;
    if (full) slave.restUntil = Date.now() + (error.retryAfter ?? 1) * 1000;
    if (slaveFault)
      this.#deps.registry.trouble(slave, error instanceof Error ? error.message : String(error));
    const reason =
      endReason === "slave_lost" ? new UnavailableError("slave_lost", "The slave was lost.") : error;
    await active.giveBack(reason, slaveFault);
  }

  #slaveChanged(slave: Slave): void {
    if (slave.state === "lost") {
      for (const active of this.#active) if (active.slave === slave) active.end("slave_lost");
    }
    this.#look();
  }

  /** Slots that idle while the queue is empty: for units that wait elsewhere, or run there for too long. */
  #useIdleSlots(): void {
    if (this.#stopped || this.#deps.queue.size().waiting > 0) return;
    const idle = this.#deps.registry
      .alive()
      .filter((slave) => !(slave.classic || slave.onProbation) && slave.assigned < slave.slots);
    if (idle.length === 0) return;
    for (const active of waitingElsewhere(this.#active, idle)) active.end("recalled");
    for (const { active, slave, unit } of stragglers(this.#active, idle, this.#deps)) {
      this.#deps.logger.info(
        { unit: unit.id, from: active.slave.name, to: slave.name },
        "a late unit gets a copy",
      );
      this.#deps.speculation.copied(unit);
      this.#begin(active.copy(slave, unit));
    }
  }
}

function classicSize(slave: Slave, unitSeconds: number | undefined): LeaseSize {
  if (slave.assigned > 0) return { units: 0, bytes: 0 };
  const units =
    unitSeconds === undefined ? 1 : Math.floor(CLASSIC_LEASE.seconds / Math.max(unitSeconds, 1e-3));
  return { units: Math.min(CLASSIC_LEASE.units, Math.max(1, units)), bytes: 64 * 2 ** 20 };
}

/** In turn among those that are as busy: many small jobs, one after the other, are not all for the first one. */
function leastBusyFirst(a: Slave, b: Slave): number {
  return load(a) - load(b) || a.newestLease - b.newestLease;
}

function load(slave: Slave): number {
  return slave.assigned / slave.slots;
}
