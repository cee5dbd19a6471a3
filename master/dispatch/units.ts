import type { Failure } from "../../shared/errors.ts";
import type { Part } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";

export function failedPart({ id }: QueuedUnit, { code, error }: Failure): Part {
  return { ok: false, index: indexOf(id), code, error };
}

/** The first file of a unit, for people. */
export function nameOf(unit: QueuedUnit): string {
  return unit.files[0]?.filename ?? unit.id;
}

/** Units of one step take about the same time for each byte. */
export function stepKey(unit: QueuedUnit): string {
  return `${unit.task}/${unit.step}`;
}
