import type { Slave } from "../fleet/slave.ts";
import type { LeaseEvent } from "../lease/leaseEvents.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { OpenSpan, UnitEnd, UnitSpans } from "../timeline/slotBook.ts";

export type WorkingSlave = Pick<Slave, "id" | "name" | "slots" | "work">;

export interface OpenUnitsDeps {
  readonly slave: WorkingSlave;
  readonly spans: UnitSpans;
  /** Seconds that one unit will probably take; 0 when that is not known. */
  readonly unitSeconds: number;
}

/** Units may wait at their slave for this multiple of the running budget. */
const WAITS_AT_SLAVE = 3;
/** A unit may wait at its slave for so long before it counts as running. */
const MAY_WAIT_MS = 2_000;

/** The units of a lease that have no answer yet, with their times; they count as work of the slave. */
export class OpenUnits {
  readonly #slave: WorkingSlave;
  readonly #spans: UnitSpans;
  readonly #unitSeconds: number;
  readonly #open: Map<string, QueuedUnit>;
  /** When each unit began to run, in `performance.now()`. */
  readonly #started = new Map<string, number>();
  /** Units that the timeline shows as running. */
  readonly #shown = new Map<string, OpenSpan>();
  readonly #begun = performance.now();
  /** When the slave last sent something about a unit. */
  #news = this.#begun;

  constructor(units: readonly QueuedUnit[], { slave, spans, unitSeconds }: OpenUnitsDeps) {
    this.#slave = slave;
    this.#spans = spans;
    this.#unitSeconds = unitSeconds;
    this.#open = new Map(units.map((unit) => [unit.id, unit]));
    slave.work.given(units.length, unitSeconds);
  }

  get size(): number {
    return this.#open.size;
  }

  has(unit: QueuedUnit): boolean {
    return this.#open.has(unit.id);
  }

  all(): readonly QueuedUnit[] {
    return [...this.#open.values()];
  }

  heard(): void {
    this.#news = performance.now();
  }

  began(unit: QueuedUnit): void {
    this.#started.set(unit.id, performance.now());
    this.#shown.set(unit.id, this.#spans.began(this.#slave, unit));
  }

  /** Notes what the slave sent about a unit. */
  heardOf(unit: QueuedUnit, event: LeaseEvent): void {
    this.heard();
    if (event.type === "start") this.began(unit);
    else if (event.type === "part") this.#ended(unit, event.seconds, "done");
    else if (event.type === "failed")
      this.#ended(unit, event.seconds, event.handedBack ? "returned" : "failed");
  }

  /**
   * Units that probably ran when the slave was lost: those that it said it had begun and, as news of others may have
   * been on its way, the next ones up to the number of its slots. None when the slave sent nothing: the lease waited.
   */
  running(): ReadonlySet<QueuedUnit> {
    const all = this.all();
    const told = all.filter(({ id }) => this.#started.has(id));
    if (this.#news === this.#begun) return new Set(told);
    const others = all.filter(({ id }) => !this.#started.has(id));
    return new Set([...told, ...others.slice(0, Math.max(0, this.#slave.slots - told.length))]);
  }

  settle(unit: QueuedUnit): void {
    if (!this.#open.delete(unit.id)) return;
    this.#slave.work.settled(this.#unitSeconds);
    // Without an answer: the slave was lost, or has the unit no longer.
    if (this.#shown.has(unit.id)) this.#ended(unit, 0, "returned");
  }

  #ended(unit: QueuedUnit, seconds: number, state: UnitEnd["state"]): void {
    const open = this.#shown.get(unit.id);
    if (open !== undefined) this.#shown.delete(unit.id);
    this.#spans.ended(this.#slave, unit, { open, seconds, state });
  }

  /** Seconds that a unit has run. A unit that never began counts from the time when it should have: its slave may hang. */
  ranFor(unit: QueuedUnit, now = performance.now()): number {
    return Math.max(0, now - (this.#started.get(unit.id) ?? this.#begun + MAY_WAIT_MS)) / 1000;
  }

  /** Whether no unit of the lease runs yet, and each takes so many seconds or more. */
  isWaiting(minSeconds: number): boolean {
    return this.#started.size === 0 && this.#open.size > 0 && this.#unitSeconds >= minSeconds;
  }

  /**
   * Whether the slave should have given up a unit at least so many seconds ago. Slaves keep running budgets
   * themselves; a slave that does not would hold its units for ever.
   */
  isOverdue(graceSeconds: number, now = performance.now()): boolean {
    return this.all().some(({ id, budgets, fileBudgets = 1 }) => {
      const running = (budgets?.running ?? Number.POSITIVE_INFINITY) * fileBudgets;
      const started = this.#started.get(id);
      const allowed = started === undefined ? WAITS_AT_SLAVE * running : running;
      return (now - (started ?? this.#news)) / 1000 > allowed + graceSeconds;
    });
  }
}
