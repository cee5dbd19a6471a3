import type { QueuedUnit } from "./port.ts";

/** Indexes of the job's inputs among the files of a unit. */
export function inputsOf(unit: Pick<QueuedUnit, "files">): number[] {
  const indexes: number[] = [];
  for (const file of unit.files)
    if ("index" in file && typeof file.index === "number") indexes.push(file.index);
  return indexes;
}
