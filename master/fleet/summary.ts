import type { SlaveState } from "../../shared/contract/fleet.ts";
import type { SlaveWork } from "./slaveWork.ts";

/** The fleet in numbers. */
export interface FleetSummary {
  readonly total: number;
  /** Slaves that may be given work. */
  readonly alive: number;
  /** Slots of the slaves that are alive. */
  readonly slots: number;
  /** Slots of them that have a unit. */
  readonly busy: number;
  /** Units that slaves answered, over all slaves. */
  readonly done: number;
  /** Units that slaves could not finish, through no fault of the files, over all slaves. */
  readonly failed: number;
}

export function fleetSummary(slaves: readonly SummedSlave[]): FleetSummary {
  const summary = { total: slaves.length, alive: 0, slots: 0, busy: 0, done: 0, failed: 0 };
  for (const { state, slots, work } of slaves) {
    summary.done += work.done;
    summary.failed += work.failed;
    if (state !== "alive") continue;
    summary.alive += 1;
    summary.slots += slots;
    summary.busy += work.busyOf(slots);
  }
  return summary;
}

interface SummedSlave {
  readonly state: SlaveState;
  readonly slots: number;
  readonly work: Pick<SlaveWork, "busyOf" | "done" | "failed">;
}
