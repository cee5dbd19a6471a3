import { CHILD_KILLED } from "../../shared/contract/frames.ts";
import type { Failure } from "../../shared/errors.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { LeaseEvent } from "../lease/leaseEvents.ts";
import { type FailReason, isSuspect, type QueuedUnit } from "../queue/port.ts";
import { FailedTries } from "./failedTries.ts";
import { failureOf, type Suspects } from "./suspects.ts";

/** What becomes of a unit whose try failed: it goes back to the queue, or it fails. */
export type Verdict = { readonly back: FailReason } | { readonly failure: Failure };

/** Units in a row, each of which ended a child of a slave, after which the slave itself is in trouble. */
const CRASHES_IN_A_ROW = 3;

/**
 * Decides whether a unit or a slave is at fault when a try fails. A unit is set aside only when two slaves failed at
 * it, where two can do it. A slave whose units all end their child is in trouble when another slave could do them.
 */
export class Judge {
  readonly #suspects: Suspects;
  readonly #registry: Pick<SlaveRegistry, "all" | "get" | "trouble">;
  readonly #tries: FailedTries;
  /** Units in a row that ended a child of a slave. */
  readonly #crashes = new WeakMap<Slave, number>();

  constructor(suspects: Suspects, registry: Pick<SlaveRegistry, "all" | "get" | "trouble">) {
    this.#suspects = suspects;
    this.#registry = registry;
    this.#tries = new FailedTries(registry);
  }

  /** Whether the unit is left to other slaves, as this one failed at it and another one has not tried it. */
  isForOthers(slave: Slave, unit: QueuedUnit): boolean {
    return this.failedAt(slave, unit) && this.#tries.hasOther(unit);
  }

  failedAt(slave: Slave, unit: QueuedUnit): boolean {
    return isSuspect(unit) && this.#tries.failedAt(slave, unit);
  }

  /** Whether the last unit that the slave answered did not end a child. */
  isSound(slave: Slave): boolean {
    return !this.#crashes.has(slave);
  }

  /** The slave did the unit. */
  done(slave: Slave, unit: QueuedUnit): void {
    this.#crashes.delete(slave);
    if (!isSuspect(unit)) return;
    this.#suspects.done(unit);
    this.#tries.forget(unit);
  }

  /** The slave answered the unit with an error. */
  failed(slave: Slave, unit: QueuedUnit, event: Extract<LeaseEvent, { type: "failed" }>): Verdict {
    if (!event.crashed) {
      this.#crashes.delete(slave);
      this.#tries.forget(unit);
      return { failure: { code: event.code, error: event.error } };
    }
    this.#tries.add(slave, unit);
    this.#childEnded(slave, unit);
    if (event.code === CHILD_KILLED) return this.#interrupted(unit, event.error);
    const crashes = unit.crashes + 1;
    if (!this.#suspects.hasCrashedTooOften(crashes) || this.#needsOther(unit)) return { back: "crash" };
    return this.#setAside(unit, failureOf(unit, event, crashes));
  }

  /** The lease failed by the slave's fault while the unit ran. */
  lost(slave: Slave, unit: QueuedUnit, reason: string): Verdict {
    return this.#tries.add(slave, unit) ? this.#interrupted(unit, reason) : { back: "refused" };
  }

  /** The lease failed by the slave's fault before the unit began. */
  notBegun(slave: Slave, unit: QueuedUnit): Verdict {
    if (!isSuspect(unit)) return { back: "returned" };
    this.#tries.add(slave, unit);
    return { back: "refused" };
  }

  #interrupted(unit: QueuedUnit, reason: string): Verdict {
    const losses = unit.losses + 1;
    if (!this.#suspects.wasLostTooOften(losses) || this.#needsOther(unit)) return { back: "loss" };
    const name = unit.files[0]?.filename ?? unit.id;
    const error = `Set aside: slaves or child processes ended ${losses} times while they worked on ${name}. Last: ${reason}`;
    return this.#setAside(unit, { code: "poison", error });
  }

  #setAside(unit: QueuedUnit, failure: Failure): Verdict {
    this.#tries.forget(unit);
    return { failure };
  }

  #needsOther(unit: QueuedUnit): boolean {
    return this.#tries.slavesOf(unit).length < 2 && this.#tries.hasOther(unit);
  }

  /** A second slave whose child ends under the same unit confirms what the first one said. */
  #childEnded(slave: Slave, unit: QueuedUnit): void {
    const slaves = this.#tries.slavesOf(unit);
    if (slaves.length > 1) {
      for (const id of slaves) this.#clear(id);
      return;
    }
    const count = (this.#crashes.get(slave) ?? 0) + 1;
    this.#crashes.set(slave, count);
    if (count >= CRASHES_IN_A_ROW && this.#tries.hasOther(unit))
      this.#registry.trouble(slave, {
        reason: `a child process ended under each of its last ${count} units`,
        units: 0,
      });
  }

  #clear(id: string): void {
    const slave = this.#registry.get(id);
    if (slave !== undefined) this.#crashes.delete(slave);
  }
}
