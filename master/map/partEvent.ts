import { hash } from "node:crypto";
import type { Part } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { mapNameOf } from "../queue/unitId.ts";
import type { JobEvent } from "../record/events.ts";
import type { UnitWork } from "../record/part.ts";

/** The event that records the part of a unit. */
export function partEvent(unit: QueuedUnit, part: Part, work?: UnitWork): JobEvent {
  const record = { map: mapNameOf(unit), digest: unitDigest(unit), part, at: Date.now() };
  return { type: "part_stored", record, work };
}

/**
 * Digest of all that a unit's part depends on: step, step version, options, args and the contents and names of its
 * files. Contents rather than keys: what `put` stores again in a replay has another key and the same bytes.
 */
export function unitDigest(unit: QueuedUnit): string {
  const files = unit.files.map((file) => [file.filename, file.sha256]);
  const inputs = [unit.task, unit.step, unit.stepVersion, unit.options, unit.args, files];
  return hash("sha256", JSON.stringify(inputs));
}
