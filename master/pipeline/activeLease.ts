import { CHILD_KILLED, DISK_FULL } from "../../shared/contract/frames.ts";
import { AppError, toFailure } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { FailReason, Lease, QueuedUnit, UnitQueue } from "../../shared/queue/port.ts";
import type { ByteStore } from "../../shared/store/port.ts";
import type { LeaseEvent } from "../slaves/leaseEvents.ts";
import type { Slave } from "../slaves/slave.ts";
import type { SpeculationBook } from "./speculation.ts";
import { failureOf, type Suspects } from "./suspects.ts";
import type { UnitTimes } from "./timing.ts";
import type { UnitBoard, UnitOutcome } from "./units.ts";

export interface LeaseParts {
  readonly queue: UnitQueue;
  readonly store: ByteStore;
  readonly board: UnitBoard;
  readonly times: UnitTimes;
  readonly logger: Logger;
  readonly suspects: Suspects;
  readonly speculation: SpeculationBook;
}

/** Units may wait at their slave for so many times the running budget of what is before them. */
const WAITS_AT_SLAVE = 3;
/** Rest of a slave whose disk is full, or for whose parts there is no room on the master's. */
export const FULL_DISK_REST_MS = 2_000;
/** A unit may wait at its slave for so long before it counts as running. */
const MAY_WAIT_MS = 2_000;

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
  readonly #parts: LeaseParts;
  readonly #controller = new AbortController();
  readonly #open = new Map<string, QueuedUnit>();
  /** When each unit began to run, in `performance.now()`. */
  readonly #started = new Map<string, number>();
  readonly #copies = new Map<string, ActiveLease>();
  readonly #unitSeconds: number;
  readonly #begun = performance.now();
  /** When its slave last said something of a unit. */
  #news = this.#begun;
  #endReason: EndReason | undefined;

  constructor(
    parts: LeaseParts,
    slave: Slave,
    work: { readonly lease: Lease; readonly original?: ActiveLease },
  ) {
    this.#parts = parts;
    this.slave = slave;
    this.lease = work.lease;
    this.original = work.original;
    const [first] = this.lease.units;
    const expected = first === undefined ? 0 : parts.times.expected(stepKey(first), first.bytes);
    this.#unitSeconds = expected ?? 0;
    for (const unit of this.lease.units) this.#open.set(unit.id, unit);
    slave.assigned += this.lease.units.length;
    slave.assignedSeconds += this.lease.units.length * this.#unitSeconds;
  }

  /** The same unit under the same lease at another slave: whoever answers first is believed. */
  copy(slave: Slave, unit: QueuedUnit): ActiveLease {
    const copy = new ActiveLease(this.#parts, slave, {
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
    return [...this.#open.values()].flatMap((unit) => {
      if (this.#copies.has(unit.id)) return [];
      return [{ unit, seconds: this.#ranFor(unit, now) }];
    });
  }

  /**
   * Whether a unit should have been given up by its slave at least so many seconds ago: slaves keep running
   * budgets themselves, and one that does not would hold its units for ever.
   */
  isOverdue(now: number, graceSeconds: number): boolean {
    return [...this.#open.values()].some(({ id, budgets }) => {
      const running = budgets?.running ?? Number.POSITIVE_INFINITY;
      const started = this.#started.get(id);
      const allowed = started === undefined ? WAITS_AT_SLAVE * running : running;
      return (now - (started ?? this.#news)) / 1000 > allowed + graceSeconds;
    });
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
    return this.#started.size === 0 && this.#open.size > 0 && this.#unitSeconds >= minSeconds;
  }

  end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#controller.abort(new AppError(reason, `The lease was ended: ${reason}.`));
  }

  readonly handle = async (unit: QueuedUnit, event: LeaseEvent): Promise<void> => {
    this.#news = performance.now();
    if (event.type === "start") {
      this.#started.set(unit.id, performance.now());
      if (this.original === undefined) this.#parts.board.running(unit);
    }
    if (event.type === "part") await this.#done(unit, event);
    if (event.type === "failed") await this.#failed(unit, event);
  };

  /** Gives back what has no outcome, after the request ended in an error. */
  async giveBack(error: unknown, slaveFault: boolean): Promise<void> {
    for (const unit of [...this.#open.values()]) {
      if (slaveFault && this.#started.has(unit.id)) await this.#lost(unit, toFailure(error).error);
      else await this.#back(unit, "returned");
    }
  }

  async #done(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "part" }>): Promise<void> {
    const { object, filename, seconds, summary, info } = event;
    this.#parts.times.add(stepKey(unit), unit.bytes, seconds);
    // First the part, then its record: after a power loss nothing on record may be missing.
    await this.#parts.store.sync();
    if (!(await this.#close(unit))) {
      this.#parts.logger.info({ unit: unit.id, slave: this.slave.name }, "a late part was refused");
      await this.#parts.store.remove([object.key]);
      return;
    }
    this.slave.done += 1;
    this.#parts.suspects.done(unit);
    const file = { key: object.key, filename, bytes: object.bytes, sha256: object.sha256 };
    const telling = {
      ...(summary === undefined ? {} : { summary }),
      ...(info === undefined ? {} : { info }),
    };
    await this.#report(unit, { ok: true, file, ...telling, work: this.#work(unit, seconds) });
  }

  async #failed(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "failed" }>): Promise<void> {
    if (event.code === DISK_FULL) this.slave.restUntil = Date.now() + FULL_DISK_REST_MS;
    if (event.handedBack) return await this.#back(unit, "returned");
    if (event.crashed && event.code === CHILD_KILLED) return await this.#lost(unit, event.error);
    const crashes = unit.crashes + (event.crashed ? 1 : 0);
    if (event.crashed && !this.#parts.suspects.hasCrashedTooOften(crashes))
      return await this.#back(unit, "crash");
    if (!(await this.#close(unit))) return;
    this.slave.failed += 1;
    const work = this.#work(unit, event.seconds);
    await this.#report(unit, { ok: false, ...failureOf(unit, event, crashes), work });
  }

  /** Its slave, or its child, was ended by something: the unit itself, perhaps. */
  async #lost(unit: QueuedUnit, reason: string): Promise<void> {
    const losses = unit.losses + 1;
    if (!this.#parts.suspects.wasLostTooOften(losses)) return await this.#back(unit, "loss");
    if (!(await this.#close(unit))) return;
    const name = unit.files[0]?.filename ?? unit.id;
    const error = `Set aside: what worked on ${name} was lost ${losses} times. Last: ${reason}`;
    await this.#report(unit, { ok: false, code: "poison", error, work: this.#work(unit, 0) });
  }

  async #report(unit: QueuedUnit, outcome: UnitOutcome): Promise<void> {
    const wanted = await this.#parts.board.ended(unit, outcome);
    if (!wanted && outcome.ok) await this.#parts.store.remove([outcome.file.key]);
  }

  /** Back to the queue, unless the other one of a pair still works on it. */
  async #back(unit: QueuedUnit, reason: FailReason): Promise<void> {
    this.#settle(unit);
    if (this.#otherHolds(unit)) return;
    if (await this.#parts.queue.fail(this.lease, unit.id, reason)) this.#parts.board.waiting(unit);
  }

  async #close(unit: QueuedUnit): Promise<boolean> {
    this.#settle(unit);
    if (!(await this.#parts.queue.ack(this.lease, unit.id))) return false;
    this.#copies.get(unit.id)?.drop(unit);
    if (this.original !== undefined) {
      this.#parts.speculation.copyFirst(unit, this.original.#secondsOf(unit));
      this.original.drop(unit);
    }
    return true;
  }

  /** How long it has run here without an answer; 0 when it was answered or lost. */
  #secondsOf(unit: QueuedUnit): number {
    if (!this.#open.has(unit.id)) return 0;
    return this.#ranFor(unit, performance.now());
  }

  /** One that never began counts from when it should have: its slave may hang. */
  #ranFor(unit: QueuedUnit, now: number): number {
    return Math.max(0, now - (this.#started.get(unit.id) ?? this.#begun + MAY_WAIT_MS)) / 1000;
  }

  /** The unit was answered by the other one of its pair: what runs only for it is stopped. */
  drop(unit: QueuedUnit): void {
    this.#settle(unit);
    if (this.#open.size === 0) this.end("superseded");
  }

  #otherHolds(unit: QueuedUnit): boolean {
    const other = this.original ?? this.#copies.get(unit.id);
    if (other === undefined || other.#endReason !== undefined) return false;
    return other.#open.has(unit.id);
  }

  #settle(unit: QueuedUnit): void {
    if (!this.#open.delete(unit.id)) return;
    this.slave.assigned -= 1;
    this.slave.assignedSeconds =
      this.slave.assigned === 0 ? 0 : this.slave.assignedSeconds - this.#unitSeconds;
  }

  #work(unit: QueuedUnit, seconds: number) {
    return { slave: this.slave.name, seconds, attempts: unit.crashes + unit.losses + 1 };
  }
}

export function stepKey(unit: QueuedUnit): string {
  return `${unit.task}/${unit.step}`;
}
