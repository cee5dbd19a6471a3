import type { SlotName, WorkSpan } from "../record/timeline.ts";

/** A span as it is drawn: that of several jobs has none. */
export interface DrawnSpan extends Omit<WorkSpan, keyof SlotName | "job"> {
  readonly job?: string | undefined;
}

export interface DrawnLane extends SlotName {
  readonly spans: readonly DrawnSpan[];
}

type Growing = { -readonly [Member in keyof DrawnSpan]: DrawnSpan[Member] };

/** What counts more when spans of several states become one. */
const WEIGHT = { done: 0, running: 1, returned: 2, failed: 3 } as const;

/** The lanes of a drawing. Spans are added in the order of each slot; those below a pixel are joined. */
export class ThinnedLanes {
  readonly #pixel: number;
  readonly #lanes = new Map<string, { readonly name: SlotName; readonly spans: Growing[] }>();

  /** @param pixel milliseconds of a pixel */
  constructor(pixel: number) {
    this.#pixel = pixel;
  }

  add({ slaveId, slave, slot }: SlotName, span: DrawnSpan): void {
    const key = `${slaveId}/${slot}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { name: { slaveId, slave, slot }, spans: [] };
      this.#lanes.set(key, lane);
    }
    const last = lane.spans.at(-1);
    if (last !== undefined && this.#joins(last, span)) grow(last, span);
    else lane.spans.push({ ...span });
  }

  all(): DrawnLane[] {
    const lanes = [...this.#lanes.values()].map(({ name, spans }) => ({ ...name, spans }));
    return lanes.sort(
      (a, b) => a.slave.localeCompare(b.slave) || a.slaveId.localeCompare(b.slaveId) || a.slot - b.slot,
    );
  }

  /** Pieces of one unit, spans that are one pixel together, and short ones of a task that follow each other. */
  #joins(last: DrawnSpan, span: DrawnSpan): boolean {
    if (span.from - last.to >= this.#pixel) return false;
    if (isContinued(last, span)) return true;
    if (span.to - last.from < this.#pixel) return true;
    const isShort = span.to - span.from < this.#pixel;
    return isShort && last.task === span.task && isFailed(last) === isFailed(span);
  }
}

function isContinued(last: DrawnSpan, span: DrawnSpan): boolean {
  return last.state === "running" && last.job === span.job && last.index === span.index;
}

function isFailed({ state }: DrawnSpan): boolean {
  return state === "failed";
}

function grow(last: Growing, span: DrawnSpan): void {
  if (!isContinued(last, span)) {
    if (span.busy > last.busy) last.task = span.task;
    if (last.job !== span.job) last.job = undefined;
    last.index = undefined;
    if (WEIGHT[span.state] > WEIGHT[last.state]) last.state = span.state;
  } else last.state = span.state;
  last.to = Math.max(last.to, span.to);
  last.busy += span.busy;
  last.units += span.units;
}
