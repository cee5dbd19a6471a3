import type { Slave } from "./slave.ts";

/** The fleet in numbers. */
export interface FleetSummary {
  readonly total: number;
  /** Slaves that may be given work. */
  readonly alive: number;
  /** Slots of the slaves that are alive. */
  readonly slots: number;
  /** Slots of them that have a unit. */
  readonly busy: number;
  /** Units that slaves answered with a result, over all slaves. */
  readonly done: number;
  /** Units that slaves answered with an error, over all slaves. */
  readonly failed: number;
}

export function fleetSummary(slaves: readonly SummedSlave[]): FleetSummary {
  const summary = { total: slaves.length, alive: 0, slots: 0, busy: 0, done: 0, failed: 0 };
  for (const { state, slots, assigned, done, failed } of slaves) {
    summary.done += done;
    summary.failed += failed;
    if (state !== "alive") continue;
    summary.alive += 1;
    summary.slots += slots;
    // A slave may be given units ahead of its free slots.
    summary.busy += Math.min(assigned, slots);
  }
  return summary;
}

type SummedSlave = Pick<Slave, "state" | "slots" | "assigned" | "done" | "failed">;
