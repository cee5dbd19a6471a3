import { isCode } from "../../shared/codes.ts";
import { DISK_FULL } from "../../shared/contract/frames.ts";
import { AppError, inputLost, toFailure } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Part } from "../../shared/tasks/task.ts";
import { goesPlain } from "../classic/adapter.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fullName, type Slave } from "../fleet/slave.ts";
import type { LeaseEvent, LeaseHandler } from "../lease/leaseEvents.ts";
import { partEvent } from "../map/partEvent.ts";
import type { FailReason, Lease, QueuedUnit, UnitQueue } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";
import type { UnitWork } from "../record/part.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { isJobOver } from "../record/transition.ts";
import type { ByteStore } from "../store/port.ts";
import type { UnitSpans } from "../timeline/slotBook.ts";
import type { Judge, Verdict } from "./judge.ts";
import type { LeaseCounts } from "./leaseCounts.ts";
import { missingInput } from "./missingInput.ts";
import { OpenUnits } from "./openUnits.ts";
import type { SpeculationBook } from "./speculation.ts";
import type { UnitTimes } from "./timing.ts";
import { failedPart, nameOf, stepKey } from "./units.ts";

export interface LeaseDeps {
  readonly queue: UnitQueue;
  readonly store: ByteStore;
  readonly jobs: Pick<RecordOfJobs, "apply">;
  readonly times: UnitTimes;
  readonly logger: Logger;
  readonly judge: Judge;
  readonly speculation: SpeculationBook;
  readonly counts: LeaseCounts;
  readonly spans: UnitSpans;
  readonly registry: Pick<SlaveRegistry, "full">;
}

/** Rest of a slave whose disk is full, or whose parts have no room on the master's disk. */
export const FULL_DISK_REST_MS = 2_000;

/** Why the master ended a lease. `superseded`: a copy answered. `overdue`: a unit ran on beyond its budget. */
export type EndReason = "cancelled" | "recalled" | "superseded" | "slave_lost" | "overdue" | "stopping";

/**
 * One lease while a slave works on it. Each of its units ends in exactly one way: its part is recorded, or it goes
 * back to the queue. Answers after the lease has expired are refused.
 */
export class ActiveLease {
  readonly lease: Lease;
  readonly slave: Slave;
  /** The lease that this one is a second copy of. */
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
    this.#open = new OpenUnits(this.lease.units, { slave, spans: deps.spans, unitSeconds: expected ?? 0 });
  }

  /** The same unit under the same lease at another slave; the first answer of the two counts. */
  copy(slave: Slave, unit: QueuedUnit): ActiveLease {
    const lease = { ...this.lease, units: [unit] };
    const copy = new ActiveLease(this.#deps, slave, { lease, original: this });
    this.#copies.set(unit.id, copy);
    return copy;
  }

  /** Units without an answer and without a copy, with the seconds that they have run, those that never began included. */
  outstanding(now: number): { readonly unit: QueuedUnit; readonly seconds: number }[] {
    return this.#open.all().flatMap((unit) => {
      if (this.#copies.has(unit.id)) return [];
      return [{ unit, seconds: this.#open.ranFor(unit, now) }];
    });
  }

  /** Seconds that a unit has run; 0 for one that it no longer has. */
  ranFor(unit: QueuedUnit): number {
    return this.#open.has(unit) ? this.#open.ranFor(unit) : 0;
  }

  /** Whether the slave let a unit run on for so many seconds beyond its budget. */
  isOverdue(graceSeconds: number): boolean {
    return this.#open.isOverdue(graceSeconds);
  }

  get unanswered(): number {
    return this.#open.size;
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

  /** Whether none of its units runs yet and each takes so long that another slave may have them. */
  isWaiting(minSeconds: number): boolean {
    return this.#open.isWaiting(minSeconds);
  }

  end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#controller.abort(new AppError(reason, `The lease was ended: ${reason}.`));
  }

  readonly handle: LeaseHandler = (unit, event) => {
    this.#open.heardOf(unit, event);
    if (event.type === "part") return this.#done(unit, event);
    if (event.type === "failed") return this.#failed(unit, event);
    if (event.type === "start" && this.original === undefined) this.#deps.queue.began(this.lease, unit.id);
    return undefined;
  };

  /** Fails the units whose inputs are missing, as no slave can do them. Resolves with their number. */
  async failMissingInputs(): Promise<number> {
    let count = 0;
    for (const unit of this.#open.all()) {
      const file = await missingInput(this.#deps.store, unit);
      if (file === undefined || !(await this.#close(unit))) continue;
      count += 1;
      const failure = toFailure(inputLost(file.filename));
      await this.#record(unit, failedPart(unit, failure), 0);
    }
    return count;
  }

  /** Gives back the units without an answer after an error. A `loss` is the slave's fault, or that of units that ran. */
  async giveBack(error: unknown, reason: "loss" | "returned"): Promise<void> {
    const { judge } = this.#deps;
    const ran = this.#open.running();
    const given = this.#open.all().map(async (unit) => {
      if (reason === "returned") await this.#back(unit, "returned");
      else if (!ran.has(unit)) await this.#end(unit, judge.notBegun(this.slave, unit));
      else await this.#end(unit, judge.lost(this.slave, unit, toFailure(error).error));
    });
    // One error must not keep the others: a unit that is not settled counts as work of its slave for ever.
    const failed = (await Promise.allSettled(given)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async #done(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "part" }>): Promise<void> {
    const { object, filename, seconds, summary, info, warnings } = event;
    this.#deps.times.add(stepKey(unit), unit.bytes, seconds);
    // The part is durable before its record: after a power loss no part on record may be missing.
    await this.#deps.store.flush();
    if (!(await this.#close(unit))) {
      this.#deps.logger.info(
        { unit: unit.id, slave: this.slave.name },
        `a late result of ${nameOf(unit)} from ${fullName(this.slave)} is not used: another slave has the file`,
      );
      await this.#deps.store.remove([object.key]);
      return;
    }
    this.slave.work.answered();
    this.#deps.judge.done(this.slave, unit);
    const file = { key: object.key, filename, bytes: object.bytes, sha256: object.sha256 };
    const part = { ok: true, index: indexOf(unit.id), file, summary, info, warnings } as const;
    await this.#record(unit, goesPlain(this.slave, unit) ? { ...part, isClassic: true } : part, seconds);
  }

  async #failed(unit: QueuedUnit, event: Extract<LeaseEvent, { type: "failed" }>): Promise<void> {
    if (event.code === DISK_FULL) this.#deps.registry.full(this.slave, FULL_DISK_REST_MS);
    if (event.handedBack) return await this.#back(unit, "returned");
    const verdict = this.#deps.judge.failed(this.slave, unit, event);
    if (!(await this.#end(unit, verdict, event.seconds))) return;
    if (isCode(event.code, "internal_error")) this.slave.work.gaveUp();
    else this.slave.work.answered();
  }

  /** Resolves with whether the unit failed. */
  async #end(unit: QueuedUnit, verdict: Verdict, seconds = 0): Promise<boolean> {
    if ("back" in verdict) {
      if (verdict.back === "loss") this.slave.work.gaveUp();
      await this.#back(unit, verdict.back);
      return false;
    }
    if (!(await this.#close(unit))) return false;
    await this.#record(unit, failedPart(unit, verdict.failure), seconds);
    return true;
  }

  /** Records a part; the record then tells the part's map. A part of a job that is over is removed. */
  async #record(unit: QueuedUnit, part: Part, seconds: number): Promise<void> {
    const { jobs, queue, store, logger } = this.#deps;
    try {
      await jobs.apply(unit.job, [partEvent(unit, part, this.#work(unit, seconds))]);
    } catch (error) {
      // The record tells the map of any other error, which ends the job. The slave is not to blame.
      if (!isJobOver(error))
        logger.error({ err: error, unit: unit.id }, "a part could not be recorded: its job ends");
      else if (part.ok) await store.remove([part.file.key]);
    }
    queue.recorded(unit.id);
  }

  /** Puts a unit back into the queue, unless its other copy still runs. */
  async #back(unit: QueuedUnit, reason: FailReason): Promise<void> {
    this.#open.settle(unit);
    if (this.#otherHolds(unit)) return;
    const { queue, counts } = this.#deps;
    if (await queue.fail(this.lease, unit.id, reason)) counts.back(reason);
  }

  async #close(unit: QueuedUnit): Promise<boolean> {
    this.#open.settle(unit);
    if (!(await this.#deps.queue.ack(this.lease, unit.id))) return false;
    this.#copies.get(unit.id)?.drop(unit);
    if (this.original !== undefined) {
      this.#deps.speculation.copyFirst(unit, this.original.ranFor(unit));
      this.original.drop(unit);
    }
    return true;
  }

  /** The other copy of the unit answered: a lease that has no other unit is ended. */
  drop(unit: QueuedUnit): void {
    this.#open.settle(unit);
    if (this.#open.size === 0) this.end("superseded");
  }

  #otherHolds(unit: QueuedUnit): boolean {
    const other = this.original ?? this.#copies.get(unit.id);
    if (other === undefined || other.#endReason !== undefined) return false;
    return other.#open.has(unit);
  }

  #work(unit: QueuedUnit, seconds: number): UnitWork {
    return { slave: this.slave.name, seconds, attempts: unit.crashes + unit.losses + 1 };
  }
}
