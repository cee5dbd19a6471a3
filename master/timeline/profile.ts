import type { TimeWindow, WorkSpan } from "../record/timeline.ts";

/** A row of the profile: a slot works or waits. */
export interface ProfileRow extends TimeWindow {
  readonly slave: string;
  readonly slot: number;
  /** Undefined while the slot waits. */
  readonly span: WorkSpan | undefined;
}

/** The busy times of each slot, with the idle times between, before and after them. Needs the order of each slot. */
export async function* profileOf(
  pages: AsyncIterable<readonly WorkSpan[]>,
  window: TimeWindow,
): AsyncGenerator<readonly ProfileRow[]> {
  const slots = new Map<string, WorkSpan>();
  for await (const page of pages) yield page.flatMap((span) => rowsOf(span, slots, window));
  const idle = [...slots.values()].filter(({ to }) => to < window.to);
  yield idle.map(({ slave, slot, to }) => ({ slave, slot, from: to, to: window.to, span: undefined }));
}

/** The idle time before a span, and the span. `slots` has the last span of each slot. */
function rowsOf(span: WorkSpan, slots: Map<string, WorkSpan>, window: TimeWindow): ProfileRow[] {
  const key = `${span.slaveId}/${span.slot}`;
  const { slave, slot } = span;
  const idleFrom = Math.max(window.from, slots.get(key)?.to ?? window.from);
  const from = Math.max(window.from, span.from);
  slots.set(key, span);
  const busy = { slave, slot, from, to: Math.min(window.to, span.to), span };
  return idleFrom < from ? [{ slave, slot, from: idleFrom, to: from, span: undefined }, busy] : [busy];
}
