import type { LeaseSize } from "../queue/port.ts";

/**
 * Seconds of work that should wait at each slot beside the unit that it runs, so that it never idles during a
 * transfer. Chosen by `npm run bench`, part "scale" (ADR 4).
 */
const WAITING_SECONDS = 0.5;
/**
 * A unit of this length, or shorter, waits at each slot beside the one that runs. Of longer ones fewer wait: other slots, also those of other
 * masters, are free sooner.
 */
const LONG_SECONDS = 2;
/**
 * Seconds of work of each slot that are not split further: another request would cost more than it saves. Chosen by
 * part "chain".
 */
const LEAST_SECONDS = 0.02;
/** A waiting unit is worth calling back for an idle slave from this length on. Chosen by part "scale". */
export const RECALL_SECONDS = 0.3;
/** Most units in one request; more would only delay the first answer. */
const MAX_UNITS = 256;
/**
 * Most units at a slave, however short: a master passes on as many in about half a second. Slaves refuse far more only
 * (SLAVE_MAX_UNITS); a slave that refused gets nothing for a second.
 */
const MAX_ASSIGNED = 1024;
/** Most bytes in one request with several units, shared files not counted; a single larger unit travels alone. */
const MAX_BYTES = 16 * 2 ** 20;

export interface LeaseSituation {
  /** Slots of the slave, and of all slaves that can do the step (this one included). */
  readonly slots: number;
  readonly fleetSlots: number;
  /** Units at the slave without an answer. */
  readonly assigned: number;
  /** Seconds of slot time that those will probably take. */
  readonly assignedSeconds: number;
  /** Units of this kind that wait in the queue. */
  readonly waiting: number;
  /** Measured seconds of slot time for such a unit; undefined before the first one was done. */
  readonly unitSeconds: number | undefined;
  /** Bytes of the first unit. */
  readonly unitBytes: number;
}

/**
 * How many units the next lease of a slave should hold; 0 when it has enough.
 * Long units: one running and one waiting per slot, fewer waiting where they take more than two seconds. Short ones: half a second of work per slot, so that
 * a request's cost is shared by many. A slave gets more when half of what waited there is used up, not with
 * every answer. Near the end of a job leases shrink, so that all slaves end together.
 */
export function leaseSize(situation: LeaseSituation): LeaseSize {
  const { slots, assigned, waiting, unitSeconds, unitBytes } = situation;
  const room = roomFor(situation);
  const units = isWorthwhile(room, situation) ? Math.min(room, fairShare(situation), MAX_UNITS, waiting) : 0;
  // Before anything was measured each slot gets one unit: the cheapest way to learn.
  const known = unitSeconds === undefined ? Math.min(units, Math.max(0, slots - assigned)) : units;
  return { units: Math.max(0, Math.floor(known)), bytes: Math.max(MAX_BYTES, unitBytes) };
}

function roomFor({ slots, assigned, assignedSeconds, unitSeconds }: LeaseSituation): number {
  const next = slots + waitingOf(slots, unitSeconds) - assigned;
  if (unitSeconds === undefined) return next;
  const seconds = slots * (unitSeconds + WAITING_SECONDS) - assignedSeconds;
  const room = Math.floor(seconds / Math.max(unitSeconds, 1e-6));
  return Math.max(next, Math.min(room, MAX_ASSIGNED - assigned));
}

/** Units that wait at a slave beside those that run, at least. */
function waitingOf(slots: number, unitSeconds: number | undefined): number {
  return Math.ceil(slots * Math.min(1, LONG_SECONDS / (unitSeconds ?? LONG_SECONDS)));
}

/** Whether a slot is free, or the lease is at least half of the work that should wait at the slave. */
function isWorthwhile(room: number, situation: LeaseSituation): boolean {
  const { slots, assigned, unitSeconds } = situation;
  if (assigned < slots || unitSeconds === undefined || isLast(situation)) return true;
  const waiting = Math.max(waitingOf(slots, unitSeconds), unitsIn(WAITING_SECONDS, slots, unitSeconds));
  return 2 * room >= Math.min(waiting, MAX_UNITS);
}

/** Half of an equal share of the waiting units for each slot (guided self-scheduling), down to `LEAST_SECONDS`. */
function fairShare(situation: LeaseSituation): number {
  const { slots, fleetSlots, waiting, unitSeconds } = situation;
  if (fleetSlots <= slots) return waiting;
  if (isLast(situation)) return 1;
  const least = unitSeconds === undefined ? 1 : unitsIn(LEAST_SECONDS, slots, unitSeconds);
  return Math.max(1, least, Math.ceil((waiting * slots) / (2 * fleetSlots)));
}

/** The last long units go out one by one: a lease can be called back only while none of its units runs. */
function isLast({ fleetSlots, waiting, unitSeconds = 0 }: LeaseSituation): boolean {
  return unitSeconds >= RECALL_SECONDS && waiting <= 2 * fleetSlots;
}

function unitsIn(seconds: number, slots: number, unitSeconds: number): number {
  return Math.floor((slots * seconds) / Math.max(unitSeconds, 1e-6));
}
