import type { LeaseEvent } from "../lease/leaseEvents.ts";
import type { QueuedUnit } from "../queue/port.ts";

export interface RetryLimits {
  /** Children that a unit may end before it is set aside. */
  readonly maxCrashes: number;
  /** Interrupted tries (slave lost, child killed) after which a unit is set aside, unless there are acquittals. */
  readonly maxLosses: number;
}

/** Time for which an acquittal counts: a sign that something else than the unit ends slaves and children. */
const MEMORY_MS = 10 * 60_000;
/** Further tries of all units for each acquittal. */
const TRIES_PER_ACQUITTAL = 2;
/** Most tries, as a multiple of `maxLosses`: a unit that does end slaves is set aside in spite of acquittals. */
const MOST = 5;

/**
 * Tells files that end slaves and children from files that were merely worked on at that time. A crash of a child is
 * charged to its file. A lost slave, or a child that was killed from outside, may have many causes: when units that
 * were lost are done at a later try, there is another cause, and all units get more tries.
 */
export class Suspects {
  readonly #limits: RetryLimits;
  /** Times, in milliseconds since 1970. */
  #acquittals: number[] = [];

  constructor(limits: RetryLimits) {
    this.#limits = limits;
  }

  /** A unit was done. */
  done(unit: QueuedUnit, now = Date.now()): void {
    if (unit.losses > 0) this.#acquittals = [...this.#recent(now), now].slice(-this.#limits.maxLosses * MOST);
  }

  /** This master was ended in the middle of jobs: the same cause may end slaves and children. */
  masterWasEnded(now = Date.now()): void {
    this.#acquittals = [...this.#recent(now), now];
  }

  hasCrashedTooOften(crashes: number): boolean {
    return crashes >= this.#limits.maxCrashes;
  }

  wasLostTooOften(losses: number, now = Date.now()): boolean {
    const { maxLosses } = this.#limits;
    const limit = maxLosses + TRIES_PER_ACQUITTAL * this.#recent(now).length;
    return losses >= Math.min(limit, maxLosses * MOST);
  }

  #recent(now: number): number[] {
    return this.#acquittals.filter((at) => now - at < MEMORY_MS);
  }
}

/** The error of a failed unit; a unit that ended several children is set aside by name. */
export function failureOf(
  unit: QueuedUnit,
  event: Extract<LeaseEvent, { type: "failed" }>,
  crashes: number,
): { readonly code: string; readonly error: string } {
  if (!event.crashed || crashes < 2) return { code: event.code, error: event.error };
  const name = unit.files[0]?.filename ?? unit.id;
  const error = `Set aside: ${name} ended ${crashes} child processes. Last: ${event.error}`;
  return { code: "poison", error };
}
