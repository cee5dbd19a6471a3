import { CHILD_KILLED, DISK_FULL } from "../../shared/contract/frames.ts";
import { AppError, inputLost, toFailure } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Slave } from "../fleet/slave.ts";
import type { LeaseEvent, LeaseHandler } from "../lease/leaseEvents.ts";
import type { UnitBoard, UnitOutcome } from "../map/units.ts";
import type { FailReason, Lease, QueuedUnit, UnitQueue } from "../queue/port.ts";
import type { ByteStore } from "../store/port.ts";
import { lostInput } from "./lostInput.ts";
import { OpenUnits } from "./openUnits.ts";
import type { SpeculationBook } from "./speculation.ts";
import { failureOf, type Suspects } from "./suspects.ts";
import type { UnitTimes } from "./timing.ts";

export interface LeaseDeps {
  readonly queue: UnitQueue;
  readonly store: ByteStore;
  readonly board: UnitBoard;
  readonly times: UnitTimes;
  readonly logger: Logger;
  readonly suspects: Suspects;
  readonly speculation: SpeculationBook;
}

/** Rest of a slave whose disk is full, or for whose parts there is no room on the master's. */
export const FULL_DISK_REST_MS = 2_000;

/** Why a lease was ended from here. `superseded`: a copy answered. `overdue`: a unit ran on beyond its budget. */
export type EndReason = "cancelled" | "recalled" | "superseded" | "slave_lost" | "overdue" | "stopping";

/**
 * One lease while a slave works on it. Each of its units ends in exactly one way: its outcome is
 * recorded, or it goes back to the queue. Late answers, after the lease was lost, are refused.
 */
export class ActiveLease {
  readonly lease: Lease;
  readonly slave: Slave;
  /** The lease whose unit this one does a second time, elsewhere. */
  readonly original: ActiveLease | undefined;
  readonly #deps: LeaseDeps;
  readonly #controller = new AbortController();
  readonly #open: OpenUnits;
  readonly #copies = new Map<string, ActiveLease>();
  #endReason: EndReason | undefined;

  constructor(
    deps: LeaseDeps,
    slave: Slave,
    work: { readonly lease: Lease; readonly original?: ActiveLease },
  ) {
    this.#deps = deps;
    this.slave = slave;
    this.lease = work.lease;
    this.original = work.original;
    const [first] = this.lease.units;
    const expected = first === undefined ? 0 : deps.times.expected(stepKey(first), first.bytes);
    this.#open = new OpenUnits(this.lease.units, slave, expected ?? 0);
  }

  /** The same unit under the same lease at another slave: whoever answers first is believed. */
  copy(slave: Slave, unit: QueuedUnit): ActiveLease {
    const copy = new ActiveLease(this.#deps, slave, {
      lease: { ...this.lease, units: [unit] },
      original: this,
    });
    this.#copies.set(unit.id, copy);
    return copy;
  }

  /**
   * Units without an answer and without a copy, with the seconds that they have run; one that never began
   * counts too.
   */
  outstanding(now: number): { readonly unit: QueuedUnit; readonly seconds: number }[] {
    return this.#open.all().flatMap((unit) => {
      if (this.#copies.has(unit.id)) return [];
      return [{ unit, seconds: this.#open.ranFor(unit, now) }];
    });
  }

  /** Its slave let a unit run on for so many seconds beyond its budget. */
  isOverdue(graceSeconds: number): boolean {
    return this.#open.isOverdue(graceSeconds);
  }

  get job(): string | undefined {
    return this.lease.units[0]?.job;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  /** Nothing of it runs yet and it is worth moving: another slave may have it. */
  isWaiting(minSeconds: number): boolean {
    return this.#open.isWaiting(minSeconds);
  }

  end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#controller.abort(new AppError(reason, `The lease was ended: ${reason}.`));
  }

  readonly handle: LeaseHandler = (unit, event) => {
    this.#open.heard();
    if (event.type === "part") return this.#done(unit, event);
    if (event.type === "failed") return this.#failed(unit, event);
    if (event.type === "start") {
      this.#open.began(unit);
      if (this.original === undefined) this.#deps.board.running(unit);
    }
    return undefined;
  };

  /** Ends the units whose inputs are gone, as no slave can do them. Resolves with how many there were. */
  async endLost(): Promise<number> {
    let count = 0;
    for (const unit of this.#open.all()) {
      const file = await lostInput(this.#deps.store, unit);
      if (file === undefined || !(await this.#close(unit))) continue;
      count += 1;
      const failure = toFailure(inputLost(file.filename));
      await this.#report(unit, { ok: false, ...failure, work: this.#work(unit, 0) });
    }
    return count;
  }

  /** Gives back what has no outcome, after the request ended in an error. */
  async giveBack(error: unknown, slaveFault: boolean): Promise<void> {
    const ran = this.#open.running();
    const given = this.#open.all().map(async (unit) => {
      if (slaveFault && ran.has(unit)) await this.#lost(unit, toFailure(error).error);
      else await this.#back(unit, "returned");
    });
    // All of them, even if one fails: a unit that is not settled would count against its slave for ever.
    const failed = (await Promise.allSettled(given)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async #done(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "part" }>): Promise<void> {
    const { object, filename, seconds, summary, info } = event;
    this.#deps.times.add(stepKey(unit), unit.bytes, seconds);
    // First the part, then its record: after a power loss nothing on record may be missing.
    await this.#deps.store.flush();
    if (!(await this.#close(unit))) {
      this.#deps.logger.info({ unit: unit.id, slave: this.slave.name }, "a late part was refused");
      await this.#deps.store.remove([object.key]);
      return;
    }
    this.slave.done += 1;
    this.#deps.suspects.done(unit);
    const file = { key: object.key, filename, bytes: object.bytes, sha256: object.sha256 };
    await this.#report(unit, { ok: true, file, summary, info, work: this.#work(unit, seconds) });
  }

  async #failed(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "failed" }>): Promise<void> {
    if (event.code === DISK_FULL) this.slave.restUntil = Date.now() + FULL_DISK_REST_MS;
    if (event.handedBack) return await this.#back(unit, "returned");
    if (event.crashed && event.code === CHILD_KILLED) return await this.#lost(unit, event.error);
    const crashes = unit.crashes + (event.crashed ? 1 : 0);
    if (event.crashed && !this.#deps.suspects.hasCrashedTooOften(crashes))
      return await this.#back(unit, "crash");
    if (!(await this.#close(unit))) return;
    this.slave.failed += 1;
    const work = this.#work(unit, event.seconds);
    await this.#report(unit, { ok: false, ...failureOf(unit, event, crashes), work });
  }

  /** Its slave, or its child, was ended by something: the unit itself, perhaps. */
  async #lost(unit: QueuedUnit, reason: string): Promise<void> {
    const losses = unit.losses + 1;
    if (!this.#deps.suspects.wasLostTooOften(losses)) return await this.#back(unit, "loss");
    if (!(await this.#close(unit))) return;
    const name = unit.files[0]?.filename ?? unit.id;
    const error = `Set aside: what worked on ${name} was lost ${losses} times. Last: ${reason}`;
    await this.#report(unit, { ok: false, code: "poison", error, work: this.#work(unit, 0) });
  }

  async #report(unit: QueuedUnit, outcome: UnitOutcome): Promise<void> {
    const wanted = await this.#deps.board.ended(unit, outcome);
    if (!wanted && outcome.ok) await this.#deps.store.remove([outcome.file.key]);
  }

  /** Back to the queue, unless the other one of a pair still works on it. */
  async #back(unit: QueuedUnit, reason: FailReason): Promise<void> {
    this.#open.settle(unit);
    if (this.#otherHolds(unit)) return;
    if (await this.#deps.queue.fail(this.lease, unit.id, reason)) this.#deps.board.waiting(unit);
  }

  async #close(unit: QueuedUnit): Promise<boolean> {
    this.#open.settle(unit);
    if (!(await this.#deps.queue.ack(this.lease, unit.id))) return false;
    this.#copies.get(unit.id)?.drop(unit);
    if (this.original !== undefined) {
      this.#deps.speculation.copyFirst(
        unit,
        this.original.#open.has(unit) ? this.original.#open.ranFor(unit) : 0,
      );
      this.original.drop(unit);
    }
    return true;
  }

  /** The unit was answered by the other one of its pair: what runs only for it is stopped. */
  drop(unit: QueuedUnit): void {
    this.#open.settle(unit);
    if (this.#open.size === 0) this.end("superseded");
  }

  #otherHolds(unit: QueuedUnit): boolean {
    const other = this.original ?? this.#copies.get(unit.id);
    if (other === undefined || other.#endReason !== undefined) return false;
    return other.#open.has(unit);
  }

  #work(unit: QueuedUnit, seconds: number) {
    return { slave: this.slave.name, seconds, attempts: unit.crashes + unit.losses + 1 };
  }
}

export function stepKey(unit: QueuedUnit): string {
  return `${unit.task}/${unit.step}`;
}
