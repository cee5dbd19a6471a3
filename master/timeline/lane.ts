import type { QueuedUnit } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";
import { inputsOf } from "../queue/unitInputs.ts";
import type { SlotName, SpanState, WorkSpan } from "../record/timeline.ts";

/** A unit of less time is joined with those beside it: one span of many short units costs as much as one of a long unit. */
const SHORT_MS = 250;
/** Longest pause between two short units of one span, and longest such span. */
const PAUSE_MS = 100;
const JOINED_MS = 1_000;

/** The work of a slot on one unit. */
export interface SlotWork {
  readonly unit: QueuedUnit;
  readonly from: number;
  readonly to: number;
  /** Milliseconds that the step took; the whole time unless known. */
  readonly busy: number;
  readonly state: SpanState;
}

/** A span that may still grow. */
interface GrowingSpan {
  readonly task: string;
  readonly job: string;
  index: number | undefined;
  from: number;
  to: number;
  busy: number;
  units: number;
  state: SpanState;
  isShort: boolean;
}

export type Emit = (span: WorkSpan) => void;

/** One slot of a slave: its spans follow each other. */
export class Lane {
  readonly #name: SlotName;
  readonly #emit: Emit;
  #last: GrowingSpan | undefined;
  /** End of the span before the last one. */
  #before = 0;
  /** Whether a unit runs in it that the slave said it had begun. */
  isHeld = false;

  constructor(name: SlotName, emit: Emit) {
    this.#name = name;
    this.#emit = emit;
  }

  get slot(): number {
    return this.#name.slot;
  }

  get name(): SlotName {
    return this.#name;
  }

  /** Time from which on it is free. */
  get to(): number {
    return this.#last?.to ?? this.#before;
  }

  /** Milliseconds of work of the last span: of several slots that are free since the same time the least busy one is next. */
  get busy(): number {
    return this.#last?.busy ?? 0;
  }

  add(work: SlotWork): void {
    const last = this.#last;
    if (last !== undefined && joins(last, work)) this.#grow(last, work);
    else this.#begin(work);
  }

  /** Emits what is held back. */
  flush(): void {
    const last = this.#last;
    if (last === undefined) return;
    this.#last = undefined;
    this.#before = last.to;
    const { isShort: _, ...span } = last;
    this.#emit({ ...this.#name, ...span });
  }

  #begin({ unit, from, to, busy, state }: SlotWork): void {
    const isShort = to - from < SHORT_MS && state === "done";
    if (isShort) this.#endBefore(from);
    this.flush();
    const begin = Math.min(to, Math.max(from, this.#before));
    this.#last = {
      task: unit.task,
      job: unit.job,
      index: fileOf(unit),
      from: begin,
      to,
      busy: Math.min(busy, to - begin),
      units: state === "running" ? 0 : 1,
      state,
      isShort,
    };
  }

  /**
   * A slot works on one unit at a time: a short one before another short one ended by then, news of it came late. Where
   * its own time does not fit any more, each has half of the time that there is.
   */
  #endBefore(next: number): void {
    const last = this.#last;
    if (last === undefined || !last.isShort || last.to <= next) return;
    last.to = Math.max(next, Math.floor((this.#before + last.to) / 2));
    last.from = Math.max(this.#before, Math.min(last.from, Math.floor(last.to - last.busy)));
    last.busy = Math.min(last.busy, last.to - last.from);
  }

  /** Answers of short units come many at a time: their span begins as early as their work must have begun. */
  #grow(last: GrowingSpan, { to, busy }: SlotWork): void {
    last.index = undefined;
    last.to = Math.max(last.to, to);
    last.busy += busy;
    last.units += 1;
    last.from = Math.max(this.#before, Math.min(last.from, Math.floor(last.to - last.busy)));
    last.busy = Math.min(last.busy, last.to - last.from);
  }
}

/** The only input of a unit. The units of a map have other numbers where a file of the job is none: its result was on record. */
function fileOf(unit: QueuedUnit): number {
  const [file, second] = inputsOf(unit);
  return file === undefined || second !== undefined ? indexOf(unit.id) : file;
}

function joins(last: GrowingSpan, { unit, from, to, state }: SlotWork): boolean {
  return (
    last.isShort &&
    state === "done" &&
    to - from < SHORT_MS &&
    from - last.to < PAUSE_MS &&
    to - last.from < JOINED_MS &&
    last.job === unit.job &&
    last.task === unit.task
  );
}
