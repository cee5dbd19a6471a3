import { hash } from "node:crypto";
import type { QueuedUnit } from "../queue/port.ts";

/**
 * What a unit's part depends on: step, step version, options, args and the contents and names of its
 * files. Contents rather than keys: what `put` stored again in a replay has another key and the same bytes.
 */
export function unitDigest(unit: QueuedUnit): string {
  const files = unit.files.map((file) => [file.filename, file.sha256]);
  const parts = [unit.task, unit.step, unit.stepVersion, unit.options, unit.args, files];
  return hash("sha256", JSON.stringify(parts));
}
