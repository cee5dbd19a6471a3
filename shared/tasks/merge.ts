import type { ErrorCode } from "../codes.ts";
import { CodedError } from "../errors.ts";
import type { FileRef, Part, PartFailed, RunContext, UnitSpec } from "./task.ts";

/** The failure of a unit that the whole job depends on. */
export class UnitError extends CodedError {}

/** A map whose units have several items each. */
export interface GroupedMap<Item> {
  /** Also the beginning of the name of the map that does items one by one. */
  readonly name: string;
  readonly step: string;
  /** Most items in one unit. */
  readonly width: number;
  /** Without it their number alone counts. */
  readonly most?: MostBytes<Item>;
  readonly unitOf: (group: readonly Item[]) => UnitSpec;
}

export interface GroupedFiles<Item> {
  /** Files of the parts, in the order of the items. */
  readonly files: readonly FileRef[];
  /** Items that are in none of these files. */
  readonly failed: readonly FailedItem<Item>[];
}

export interface FailedItem<Item> {
  readonly item: Item;
  readonly part: PartFailed;
}

/**
 * Maps a step over groups of items. The items of a group that failed are done again one by one, so that a slow or bad
 * file costs only itself.
 */
export async function mapGroups<Item>(
  job: RunContext,
  { name, step, width, most, unitOf }: GroupedMap<Item>,
  items: readonly Item[],
): Promise<GroupedFiles<Item>> {
  const groups = groupsOf(items, width, most);
  const parts = await job.mapInOrder(name, step, groups.map(unitOf));
  const done = groups.map((group, at): DoneGroup<Item> => ({ group, part: partAt(parts, at) }));
  const suspects = done.filter(isSuspect).flatMap(({ group }) => group);
  const partOf = await partsAlone(job, { name, step, width, unitOf }, suspects);
  const settled = done.flatMap((one) =>
    isSuspect(one) ? one.group.map((item) => ({ group: [item], part: partOf.get(item) ?? one.part })) : [one],
  );
  return {
    files: settled.flatMap(({ part }) => (part.ok ? [part.file] : [])),
    failed: settled.flatMap(({ group, part }) => (part.ok ? [] : group.map((item) => ({ item, part })))),
  };
}

/** The part of each item as a unit of its own. */
async function partsAlone<Item>(
  job: RunContext,
  { name, step, unitOf }: GroupedMap<Item>,
  items: readonly Item[],
): Promise<ReadonlyMap<Item, Part>> {
  if (items.length === 0) return new Map();
  const units = items.map((item) => unitOf([item]));
  const parts = await job.mapInOrder(`${name}-alone`, step, units);
  return new Map(items.map((item, at) => [item, partAt(parts, at)]));
}

interface DoneGroup<Item> {
  readonly group: readonly Item[];
  readonly part: Part;
}

/** Failures that say nothing about the files of a unit. */
const NO_FAULT: readonly string[] = ["waited_too_long"] satisfies ErrorCode[];

/** Whether one item of the group may be the cause of its failure. */
function isSuspect<Item>({ group, part }: DoneGroup<Item>): boolean {
  return group.length > 1 && !part.ok && !NO_FAULT.includes(part.code);
}

function partAt(parts: readonly Part[], at: number): Part {
  const part = parts[at];
  if (part === undefined) throw new Error(`unit ${at} has no part`);
  return part;
}

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

/** Most bytes of a group of several items, and the bytes of an item. */
interface MostBytes<Item> {
  readonly bytes: number;
  readonly of: (item: Item) => number;
}

const ANY = { bytes: Number.POSITIVE_INFINITY, of: () => 0 };

/** Neighbours together, as many as the width and their bytes allow. */
export function groupsOf<Item>(
  items: readonly Item[],
  width: number,
  { bytes, of }: MostBytes<Item> = ANY,
): Item[][] {
  const groups: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const group = groups.at(-1);
    left -= of(item);
    if (group !== undefined && group.length < width && left >= 0) group.push(item);
    else {
      groups.push([item]);
      left = bytes - of(item);
    }
  }
  return groups;
}
