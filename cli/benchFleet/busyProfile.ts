import { RowSplitter } from "../../shared/ml/csv.ts";
import { withQuery } from "../sdk/calls.ts";
import type { FleetClient, SlaveView } from "../sdk/index.ts";

/** Milliseconds. */
export interface BusyTime {
  readonly from: number;
  readonly to: number;
}

/** When a slot was busy: in order, without overlaps, in milliseconds since the start of its run. */
export interface SlotProfile {
  readonly slave: string;
  readonly slot: number;
  readonly busy: readonly BusyTime[];
}

/**
 * The busy times of each slot in the window (milliseconds since 1970), by the master's record. Slots that did nothing
 * are there too.
 */
export async function profileOfRun(
  client: FleetClient,
  slaves: readonly SlaveView[],
  { from, to }: BusyTime,
): Promise<readonly SlotProfile[]> {
  const lanes = new Map<string, SlotProfile & { readonly busy: BusyTime[] }>();
  const lane = (slave: string, slot: number) => {
    const key = nameOfSlot({ slave, slot });
    const known = lanes.get(key) ?? { slave, slot, busy: [] };
    lanes.set(key, known);
    return known;
  };
  for (const { name, slots } of slaves) for (let slot = 0; slot < slots; slot += 1) lane(name, slot);
  await eachRow(client, { from, to }, ([slave = "", slot, begin, end, state]) => {
    const busy = { from: Number(begin) - from, to: Number(end) - from };
    if (state === "busy" && busy.from < busy.to) lane(slave, Number(slot)).busy.push(busy);
  });
  const byNumber = new Intl.Collator("en", { numeric: true }).compare;
  return [...lanes.values()].sort((a, b) => byNumber(a.slave, b.slave) || a.slot - b.slot);
}

/** `slave-1 / 0` */
export function nameOfSlot({ slave, slot }: Pick<SlotProfile, "slave" | "slot">): string {
  return `${slave} / ${slot}`;
}

async function eachRow(
  client: FleetClient,
  window: BusyTime,
  onRow: (cells: readonly string[]) => void,
): Promise<void> {
  const rows = new RowSplitter(",", onRow);
  const decoder = new TextDecoder();
  const stream = await client.download(withQuery("/timeline.csv", { ...window }));
  for await (const chunk of stream) rows.push(decoder.decode(chunk, { stream: true }));
  rows.push(decoder.decode());
  rows.end();
}

/** A time from which on so many slots are busy. */
export interface BusyStep {
  readonly at: number;
  readonly busy: number;
}

/** The number of busy slots over time: a step for each time at which it changes, the first one at 0. */
export function numberBusy(slots: readonly SlotProfile[]): readonly BusyStep[] {
  const changes = new Map<number, number>([[0, 0]]);
  const change = (at: number, by: number) => changes.set(at, (changes.get(at) ?? 0) + by);
  for (const { busy } of slots)
    for (const { from, to } of busy) {
      change(from, 1);
      change(to, -1);
    }
  const steps: BusyStep[] = [];
  let now = 0;
  for (const [at, by] of [...changes].sort(([a], [b]) => a - b)) {
    now += by;
    if (by !== 0 || at === 0) steps.push({ at, busy: now });
  }
  return steps;
}

/** The mean of the steps in each of so many equal parts of the time from 0 to `end`. */
export function meansOf(steps: readonly BusyStep[], end: number, parts: number): readonly number[] {
  const means = new Array<number>(parts).fill(0);
  const part = end / parts;
  for (const [index, { at, busy }] of steps.entries()) {
    const until = Math.min(end, steps[index + 1]?.at ?? end);
    for (let n = Math.floor(at / part); busy > 0 && n < parts && n * part < until; n += 1) {
      const inside = Math.min(until, (n + 1) * part) - Math.max(at, n * part);
      means[n] = (means[n] ?? 0) + (busy * Math.max(0, inside)) / part;
    }
  }
  return means;
}
