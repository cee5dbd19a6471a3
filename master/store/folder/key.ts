import { AppError } from "../../../shared/errors.ts";

/**
 * Keys tell where an object lies, so that no index of all objects is kept: a place in a pack, or a file.
 *     <group>.p<pack>.<offset>.<bytes>        <group>.f<file>.<bytes>
 * Numbers in base 36. Only what matches exactly ever becomes a path.
 */
export type KeyParts = PackPlace | FilePlace;

export interface PackPlace {
  readonly kind: "pack";
  readonly group: string;
  readonly pack: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface FilePlace {
  readonly kind: "file";
  readonly group: string;
  readonly file: string;
  readonly bytes: number;
}

/** Objects that were put without one. */
export const NO_GROUP = "_";

const GROUP = /^[A-Za-z0-9_-]{1,100}$/;
const ID = "[a-z0-9]{1,40}-[a-z0-9]{1,10}";
const NUMBER = "[a-z0-9]{1,11}";
const PACK_KEY = new RegExp(`^([A-Za-z0-9_-]{1,100})\\.p(${ID})\\.(${NUMBER})\\.(${NUMBER})$`);
const FILE_KEY = new RegExp(`^([A-Za-z0-9_-]{1,100})\\.f(${ID})\\.(${NUMBER})$`);

/** @throws AppError `bad_group` */
export function validateGroup(group: string): void {
  if (!GROUP.test(group)) {
    throw new AppError("bad_group", "A group has 1 to 100 characters: letters, digits, - and _.");
  }
}

export function keyOf(place: KeyParts): string {
  const bytes = place.bytes.toString(36);
  if (place.kind === "file") return `${place.group}.f${place.file}.${bytes}`;
  return `${place.group}.p${place.pack}.${place.offset.toString(36)}.${bytes}`;
}

/** Whether an object has a file of its own, as far as its key tells. */
export function isFileKey(key: string): boolean {
  return FILE_KEY.test(key);
}

/** Undefined for what is not a key of this store. */
export function placeOf(key: string): KeyParts | undefined {
  const [, group, pack, offset, packed] = PACK_KEY.exec(key) ?? [];
  if (group !== undefined && pack !== undefined && offset !== undefined && packed !== undefined) {
    return {
      kind: "pack",
      group,
      pack,
      offset: Number.parseInt(offset, 36),
      bytes: Number.parseInt(packed, 36),
    };
  }
  const [, owner, file, bytes] = FILE_KEY.exec(key) ?? [];
  if (owner === undefined || file === undefined || bytes === undefined) return undefined;
  return { kind: "file", group: owner, file, bytes: Number.parseInt(bytes, 36) };
}

export function notStored(key: string, cause?: unknown): AppError {
  return new AppError("not_stored", "These bytes are no longer stored.", {
    status: 404,
    cause: cause ?? new Error(`no object under the key ${key}`),
  });
}

export function damaged(key: string): AppError {
  return new AppError("damaged_object", "These bytes are damaged on the disk of the store.", {
    cause: new Error(`the object under the key ${key} does not match its checksum or size`),
  });
}
