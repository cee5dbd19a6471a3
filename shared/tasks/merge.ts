import { CodedError } from "../errors.ts";
import type { FileRef, RunContext, UnitSpec } from "./task.ts";

/** The failure of a unit that the whole job depends on. */
export class UnitError extends CodedError {}

export interface MergeTree {
  /** The step that merges several files into one; the map of level n is named `<step>-<n>`. */
  readonly step: string;
  /** Number of files that one unit merges. */
  readonly width: number;
  /** Number of files at which merging stops. */
  readonly most: number;
}

/**
 * Merges files on slaves, level by level, until at most `most` files are left. Each unit merges adjacent files, so
 * contents keep the order of the files.
 * @throws UnitError if a unit fails
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

/** Runs a map and returns the files of its parts in the order of its units. @throws UnitError if a unit fails */
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
