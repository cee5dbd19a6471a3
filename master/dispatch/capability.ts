import { canDoPlain, goesPlain } from "../classic/adapter.ts";
import type { Slave } from "../fleet/slave.ts";
import type { QueuedUnit } from "../queue/port.ts";

/** Whether a slave may be given this unit. */
export function canDo(slave: Slave, unit: QueuedUnit): boolean {
  if (goesPlain(slave, unit)) return canDoPlain(slave, unit);
  return slave.steps[unit.task]?.[unit.step] === unit.stepVersion;
}
