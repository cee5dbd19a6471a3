import { CodedError } from "../errors.ts";
import type { FileRef, RunContext, UnitSpec } from "./task.ts";

/** A unit failed that the whole job needs. */
export class UnitError extends CodedError {}

export interface MergeTree {
  /** The step that makes one file of several; level n is the map `<step>-<n>`. */
  readonly step: string;
  /** Files that one unit merges. */
  readonly width: number;
  /** Files that may be left. */
  readonly most: number;
}

/**
 * Merges files on slaves, level by level, until few are left. Neighbours are merged, so the order of the contents
 * stays that of the files.
 * @throws UnitError where a unit fails
 */
export async function mergeFiles(
  job: RunContext,
  { step, width, most }: MergeTree,
  files: readonly FileRef[],
): Promise<readonly FileRef[]> {
  let level = files;
  for (let depth = 1; level.length > most; depth += 1) {
    const units = groupsOf(level, width).map((group) => ({ files: group }));
    level = await mapAll(job, { name: `${step}-${depth}`, step }, units);
  }
  return level;
}

/** The files of a map's parts, in the order of its units. @throws UnitError where a unit fails */
export async function mapAll(
  job: RunContext,
  { name, step }: { readonly name: string; readonly step: string },
  units: readonly UnitSpec[],
): Promise<FileRef[]> {
  const parts = await job.mapInOrder(name, step, units);
  return parts.map((part) => {
    if (part.ok) return part.file;
    throw new UnitError(part.code, part.error);
  });
}

export function groupsOf<Item>(items: readonly Item[], width: number): Item[][] {
  const count = Math.ceil(items.length / width);
  return Array.from({ length: count }, (_, group) => items.slice(group * width, (group + 1) * width));
}
