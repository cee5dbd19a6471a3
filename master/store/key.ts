import { AppError } from "../../shared/errors.ts";

/**
 * The only place where keys are made and taken apart. A key tells where its object lies, so that a store needs no
 * index of all objects: among others in a pack, or alone under a name.
 *     <group>.p<pack>.<offset>.<bytes>        <group>.f<name>.<bytes>
 * Numbers are in base 36. A driver builds a path only from what matches exactly.
 */
export type ObjectPlace = PackedPlace | SinglePlace;

export interface PackedPlace {
  readonly kind: "packed";
  readonly group: string;
  readonly pack: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface SinglePlace {
  readonly kind: "single";
  readonly group: string;
  readonly name: string;
  readonly bytes: number;
}

/** The group of objects that are put without one. */
export const NO_GROUP = "_";

const GROUP = "[A-Za-z0-9_-]{1,100}";
const ID = "[a-z0-9]{1,40}-[a-z0-9]{1,10}";
const NUMBER = "[a-z0-9]{1,11}";
const ONLY_GROUP = new RegExp(`^${GROUP}$`);
const PACKED = new RegExp(`^(${GROUP})\\.p(${ID})\\.(${NUMBER})\\.(${NUMBER})$`);
const SINGLE = new RegExp(`^(${GROUP})\\.f(${ID})\\.(${NUMBER})$`);

/** @throws AppError `bad_group` */
export function validateGroup(group: string): void {
  if (!ONLY_GROUP.test(group)) {
    throw new AppError("bad_group", "A group has 1 to 100 characters: letters, digits, - and _.");
  }
}

export function keyOf(place: ObjectPlace): string {
  const bytes = place.bytes.toString(36);
  if (place.kind === "single") return `${place.group}.f${place.name}.${bytes}`;
  return `${place.group}.p${place.pack}.${place.offset.toString(36)}.${bytes}`;
}

/** Name of the pack or object number `count` of one run of a store; `run` differs from that of every other run. */
export function nameInRun(run: string, count: number): string {
  return `${run}-${count.toString(36)}`;
}

/** Whether a key is one of an object that lies alone. */
export function isSingle(key: string): boolean {
  return SINGLE.test(key);
}

/** Whether a name in a folder is the key of an object of the group that lies alone; cheap for those of other groups. */
export function isSingleOf(group: string, name: string): boolean {
  return name.startsWith(`${group}.f`) && isSingle(name);
}

/** Undefined for a text that is not a key. */
export function placeOf(key: string): ObjectPlace | undefined {
  const [, group, pack, offset, packed] = PACKED.exec(key) ?? [];
  if (group !== undefined && pack !== undefined && offset !== undefined && packed !== undefined) {
    return { kind: "packed", group, pack, offset: numberOf(offset), bytes: numberOf(packed) };
  }
  const [, owner, name, bytes] = SINGLE.exec(key) ?? [];
  if (owner === undefined || name === undefined || bytes === undefined) return undefined;
  return { kind: "single", group: owner, name, bytes: numberOf(bytes) };
}

function numberOf(digits: string): number {
  return Number.parseInt(digits, 36);
}
