import { setImmediate as turn } from "node:timers/promises";
import { coalesce } from "../../shared/async/coalesce.ts";
import { UnavailableError } from "../../shared/errors.ts";
import { goesPlain, plainLeaseSize } from "../classic/adapter.ts";
import { isOurs } from "../classic/kind.ts";
import { runPlainLease } from "../classic/plainLease.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fullName, type Slave } from "../fleet/slave.ts";
import type { ChangeHub } from "../hub.ts";
import { runFramesLease } from "../lease/framesLease.ts";
import type { LeaseTransport } from "../lease/leaseEvents.ts";
import type { PaceBook, StragglerRule } from "../map/pace.ts";
import type { LeaseSize, MapHead, QueuedUnit } from "../queue/port.ts";
import { ActiveLease, type LeaseDeps } from "./activeLease.ts";
import { blameFor, failureInWords } from "./blame.ts";
import { canDo } from "./capability.ts";
import { keepExtended } from "./extension.ts";
import { headsFor } from "./heads.ts";
import { stragglers, waitingElsewhere } from "./idleSlots.ts";
import { leaseSize } from "./leaseSize.ts";
import { type LongestRun, longestOf } from "./longest.ts";
import { nameOf, stepKey } from "./units.ts";

export interface DispatcherDeps extends LeaseDeps {
  readonly registry: Pick<SlaveRegistry, "alive" | "trouble" | "fine" | "full">;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly transport: LeaseTransport;
  /** A lease that is not extended for so long expires. */
  readonly leaseSeconds: number;
  readonly paces: PaceBook;
  readonly stragglerRule: StragglerRule;
}

/** Time between two searches for units that run too long, while slaves have leases. */
const STRAGGLER_SEARCH_MS = 500;

/** Fills free slots with leases from the queue, whenever a slot or a unit becomes free. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #active = new Set<ActiveLease>();
  readonly #undo: (() => void)[] = [];
  /** Slots of all slaves that can do a step, by step and version; cleared before each round of leases. */
  readonly #fleetSlots = new Map<string, number>();
  /** Leases begun since the process began. */
  #begun = 0;
  #searching: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Called when the last active lease has ended. */
  #onIdle: (() => void) | undefined;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#undo.push(this.#deps.queue.onReady(this.#look));
    this.#undo.push(this.#deps.hub.watch("slaves", ({ slave }) => this.#slaveChanged(slave)));
  }

  /** Number of leases that slaves hold now, second copies included. */
  get leases(): number {
    return this.#active.size;
  }

  /** The unit of a job that has run for the longest time. */
  longest(job: string): LongestRun | undefined {
    return longestOf(this.#active, job);
  }

  /** Ends all leases of a job, at another master now if it `moved`: their connections are closed, which stops the children. */
  async cancel(job: string, why: "over" | "moved" = "over"): Promise<void> {
    await this.#deps.queue[why === "over" ? "cancel" : "leave"](job);
    for (const active of this.#active) if (active.job === job) active.end("cancelled");
  }

  /**
   * Gives no more leases, and lets active ones finish until the signal is aborted; then it ends them, and their units
   * go back to the queue. Resolves when no lease is active.
   */
  async stop(drained: AbortSignal): Promise<void> {
    this.#stopped = true;
    for (const undo of this.#undo) undo();
    if (this.#active.size === 0) return;
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    const endAll = () => {
      for (const active of this.#active) active.end("stopping");
    };
    if (drained.aborted) endAll();
    else drained.addEventListener("abort", endAll, { once: true });
    await idle;
    drained.removeEventListener("abort", endAll);
  }

  readonly #look = (): void => {
    if (!this.#stopped) void this.#dispatchSoon();
  };

  /** Once per turn of the event loop, however many units and slaves become free in it. */
  readonly #dispatchSoon = coalesce(
    () =>
      this.#dispatchAll().catch((error: unknown) =>
        this.#deps.logger.error({ err: error }, "no leases could be given: the next change tries again"),
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
    const { queue, judge, leaseSeconds: seconds, counts } = this.#deps;
    for (const head of headsFor(slave, queue.heads(), judge)) {
      const most = this.#sizeOf(slave, head);
      if (most.units <= 0) continue;
      const lease = await queue.lease({ owner: slave.id, seconds, map: head.map, most });
      if (lease === undefined) return false;
      counts.leased();
      this.#begin(new ActiveLease(this.#deps, slave, { lease }));
      return true;
    }
    return false;
  }

  #begin(active: ActiveLease): void {
    this.#active.add(active);
    this.#begun += 1;
    active.slave.work.leased(this.#begun);
    this.#searching ??= setInterval(this.#look, STRAGGLER_SEARCH_MS).unref();
    this.#run(active).catch((error: unknown) =>
      this.#deps.logger.error(
        { err: error, lease: active.lease.id, slave: active.slave.name },
        "units of a failed lease could not be given back: they wait again when the lease expires",
      ),
    );
  }

  #sizeOf(slave: Slave, { first, waiting }: MapHead): LeaseSize {
    const { work, slots } = slave;
    const unitSeconds = this.#deps.times.expected(stepKey(first), first.bytes);
    if (slave.onProbation) return { units: work.units === 0 ? 1 : 0, bytes: first.bytes };
    if (goesPlain(slave, first)) return plainLeaseSize(slave, first, unitSeconds);
    return leaseSize({
      slots,
      fleetSlots: this.#slotsFor(first),
      assigned: work.units,
      // Units that went out before anything was measured count as what is known now.
      assignedSeconds: work.seconds || work.units * (unitSeconds ?? 0),
      waiting,
      unitSeconds,
      unitBytes: first.bytes,
    });
  }

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
    const { transport, registry, judge } = this.#deps;
    const stopExtending = keepExtended(this.#deps, active);
    try {
      // Each answer makes room at the slave: look for more work at once.
      const handleAndLook: typeof handle = (unit, event) => handle(unit, event)?.then(this.#look);
      const run = { slave, lease, signal, handle: handleAndLook };
      const [first] = lease.units;
      const isPlain = first !== undefined && goesPlain(slave, first);
      await (isPlain ? runPlainLease(transport, run) : runFramesLease(transport, run));
      if (judge.isSound(slave)) registry.fine(slave);
    } catch (error) {
      await this.#leaseFailed(active, error);
    } finally {
      stopExtending();
      this.#ended(active);
    }
  }

  #ended(active: ActiveLease): void {
    this.#active.delete(active);
    if (this.#active.size === 0) {
      clearInterval(this.#searching);
      this.#searching = undefined;
      this.#onIdle?.();
    }
    this.#look();
  }

  async #leaseFailed(active: ActiveLease, error: unknown): Promise<void> {
    const { registry } = this.#deps;
    const { slave, endReason } = active;
    const blame = blameFor(endReason, error);
    if (blame.on === "full") registry.full(slave, blame.restMs);
    // A slave is not to blame for a lease whose inputs the master could not send.
    const isSlavesFault = blame.on === "slave" && (await active.failMissingInputs()) === 0;
    if (isSlavesFault)
      registry.trouble(slave, { reason: failureInWords(endReason, error), units: active.unanswered });
    const reason =
      endReason === "slave_lost" ? new UnavailableError("slave_lost", "The slave was lost.") : error;
    await active.giveBack(reason, isSlavesFault ? "loss" : "returned");
  }

  #slaveChanged(slave: Slave): void {
    if (slave.state === "lost") {
      for (const active of this.#active) if (active.slave === slave) active.end("slave_lost");
    }
    this.#look();
  }

  /** While the queue is empty, idle slots get units that wait at another slave, and copies of units that run too long. */
  #useIdleSlots(): void {
    const { queue, registry, logger, speculation } = this.#deps;
    if (this.#stopped || this.#active.size === 0 || queue.size().waiting > 0) return;
    const idle = registry
      .alive()
      .filter((slave) => isOurs(slave) && !slave.onProbation && slave.work.units < slave.slots);
    if (idle.length === 0) return;
    for (const active of waitingElsewhere(this.#active, idle)) active.end("recalled");
    for (const { active, slave, unit } of stragglers(this.#active, idle, this.#deps)) {
      logger.info(
        { unit: unit.id, from: active.slave.name, to: slave.name },
        `${nameOf(unit)} of job ${unit.job} is late on ${fullName(active.slave)}: ${fullName(slave)} tries it as well`,
      );
      speculation.copied(unit);
      this.#begin(active.copy(slave, unit));
    }
  }
}

/** Slaves that are as busy take turns: many small jobs, one after the other, do not all go to the first slave. */
function leastBusyFirst(a: Slave, b: Slave): number {
  return load(a) - load(b) || a.work.newestLease - b.work.newestLease;
}

function load(slave: Slave): number {
  return slave.work.units / slave.slots;
}
