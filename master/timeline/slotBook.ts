import type { Slave } from "../fleet/slave.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { LONGEST_SPAN_MS, type WorkSpan } from "../record/timeline.ts";
import { type Emit, Lane, type SlotWork } from "./lane.ts";

export type SlotOwner = Pick<Slave, "id" | "name" | "slots">;

/** A unit that a slave has begun. */
export interface OpenSpan {
  readonly slave: SlotOwner;
  readonly unit: QueuedUnit;
  /** Undefined while the slave has begun more units than it has slots: the news of an end is on its way. */
  readonly lane: Lane | undefined;
  /** Start of what is not recorded yet. */
  from: number;
  /** A part of it is recorded. */
  isCut: boolean;
}

/** How a unit ended at a slave. */
export interface UnitEnd {
  /** As the slave began it; undefined for a unit that ended before the slave said so. */
  readonly open: OpenSpan | undefined;
  /** Seconds that its step took; 0 when that is not known. */
  readonly seconds: number;
  readonly state: "done" | "failed" | "returned";
}

/** Told by the dispatcher of the units that slaves begin and end. */
export interface UnitSpans {
  /** A slave said that it has begun the unit. */
  began(slave: SlotOwner, unit: QueuedUnit): OpenSpan;
  /** The unit ended there, or the slave has it no longer. */
  ended(slave: SlotOwner, unit: QueuedUnit, end: UnitEnd): void;
}

/** A unit that runs longer is recorded in pieces, so that an end of the master costs no more of it than this. */
const PIECE_MS = LONGEST_SPAN_MS / 2;

/**
 * Finds the slot of each unit: a slave tells when it begins and ends a unit, not in which slot. A unit gets the first
 * free slot when it begins, or, when it is so short that its slave tells of its end only, one that was free meanwhile.
 */
export class SlotBook implements UnitSpans {
  readonly #emit: Emit;
  readonly #clock: () => number;
  readonly #lanes = new Map<string, Lane[]>();
  readonly #open = new Set<OpenSpan>();

  constructor(emit: Emit, clock: () => number = Date.now) {
    this.#emit = emit;
    this.#clock = clock;
  }

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  began(slave: SlotOwner, unit: QueuedUnit): OpenSpan {
    const lane = this.#lanesOf(slave).find(({ isHeld }) => !isHeld);
    if (lane !== undefined) lane.isHeld = true;
    const open = { slave, unit, lane, from: this.#clock(), isCut: false };
    this.#open.add(open);
    return open;
  }

  ended(slave: SlotOwner, unit: QueuedUnit, { open, seconds, state }: UnitEnd): void {
    const now = this.#clock();
    const busy = seconds * 1_000;
    const from = Math.max(Math.floor(startOf(open, now - busy)), now - LONGEST_SPAN_MS);
    const work: SlotWork = { unit, from, to: now, busy: busy === 0 ? now - from : busy, state };
    if (open !== undefined) this.#release(open);
    (open?.lane ?? this.#freeLane(slave, from)).add(work);
  }

  /** Emits what is held back, and a piece of each unit that has run for long. */
  flush(now: number): void {
    for (const lanes of this.#lanes.values()) for (const lane of lanes) lane.flush();
    for (const open of this.#open) {
      if (open.lane === undefined || now - open.from < PIECE_MS) continue;
      open.lane.add({ unit: open.unit, from: open.from, to: now, busy: now - open.from, state: "running" });
      open.lane.flush();
      open.from = now;
      open.isCut = true;
    }
  }

  /** Units that run now, as spans up to now. */
  running(now: number): WorkSpan[] {
    const spans: WorkSpan[] = [];
    const pieces: Emit = (span) => spans.push(span);
    for (const { lane, unit, from } of this.#open) {
      if (lane === undefined) continue;
      const piece = new Lane(lane.name, pieces);
      piece.add({ unit, from: Math.max(from, lane.to), to: now, busy: now - from, state: "running" });
      piece.flush();
    }
    return spans;
  }

  #release(open: OpenSpan): void {
    this.#open.delete(open);
    if (open.lane !== undefined) open.lane.isHeld = false;
  }

  /** The first lane that was free since `from`; else that which is free for the longest time. */
  #freeLane(slave: SlotOwner, from: number): Lane {
    const lanes = this.#lanesOf(slave);
    let best = lanes[0] ?? new Lane({ slaveId: slave.id, slave: slave.name, slot: 0 }, this.#emit);
    for (const lane of lanes) {
      if (!lane.isHeld && lane.to <= from) return lane;
      if (isFreer(lane, best)) best = lane;
    }
    return best;
  }

  #lanesOf({ id, name, slots }: SlotOwner): Lane[] {
    const known = this.#lanes.get(id);
    if (known !== undefined && known.length >= slots) return known;
    const lanes = Array.from(
      { length: Math.max(1, slots) },
      (_, slot) => known?.[slot] ?? new Lane({ slaveId: id, slave: name, slot }, this.#emit),
    );
    this.#lanes.set(id, lanes);
    return lanes;
  }
}

function startOf(open: OpenSpan | undefined, measured: number): number {
  if (open === undefined) return measured;
  return open.isCut ? open.from : Math.min(open.from, measured);
}

function isFreer(a: Lane, b: Lane): boolean {
  if (a.isHeld !== b.isHeld) return !a.isHeld;
  return a.to === b.to ? a.busy < b.busy : a.to < b.to;
}
