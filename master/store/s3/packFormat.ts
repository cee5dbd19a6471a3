import { crc32 } from "node:zlib";
import { encoded, type PendingObject } from "../folder/batch.ts";
import { entrySize, HEADER_BYTES, headerAt, isWhole } from "../folder/entry.ts";
import { keyOf, nameInRun, type PackedPlace } from "../key.ts";

/**
 * A pack in a bucket is a list of lengths and then the entries, which are those of packs in a folder:
 *     0 magic  4 number of entries  8 length of each payload …  CRC-32 of all before  entries …
 * Its id tells the number of entries, so that one request of a known range reads the list.
 */
const MAGIC = 0x4d485333;
/** Digits (base 36) of the number of entries in a pack's id. */
const DIGITS = 3;
const PACK_ID = new RegExp(`^[a-z0-9]+([a-z0-9]{${DIGITS}})-[a-z0-9]+$`);

export const MAX_ENTRIES = 10_000;

export interface PackRun {
  /** Differs from that of every other run of a store. */
  readonly run: string;
  readonly count: number;
}

export function packId({ run, count }: PackRun, entries: number): string {
  return nameInRun(`${run}${entries.toString(36).padStart(DIGITS, "0")}`, count);
}

/** Undefined for the id of another pack than one of a bucket. */
export function entriesOf(pack: string): number | undefined {
  const [, digits] = PACK_ID.exec(pack) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}

export function listBytes(entries: number): number {
  return 8 + 4 * entries + 4;
}

export function encodedPack(batch: readonly PendingObject[]): Buffer {
  const list = Buffer.alloc(listBytes(batch.length));
  list.writeUInt32LE(MAGIC, 0);
  list.writeUInt32LE(batch.length, 4);
  for (const [place, { payload }] of batch.entries()) list.writeUInt32LE(payload.byteLength, 8 + 4 * place);
  list.writeUInt32LE(crc32(list.subarray(0, -4)), list.length - 4);
  return Buffer.concat([list, encoded(batch)]);
}

/** Keys of all entries by the list of their lengths; undefined for a damaged list. */
export function keysOfList(
  list: Buffer,
  { group, pack }: Pick<PackedPlace, "group" | "pack">,
): string[] | undefined {
  const entries = entriesOf(pack) ?? 0;
  const isSound =
    list.length === listBytes(entries) &&
    list.readUInt32LE(0) === MAGIC &&
    list.readUInt32LE(list.length - 4) === crc32(list.subarray(0, -4));
  if (!isSound) return undefined;
  let offset = list.length;
  return Array.from({ length: entries }, (_, place) => {
    const bytes = list.readUInt32LE(8 + 4 * place);
    const key = keyOf({ kind: "packed", group, pack, offset, bytes });
    offset += entrySize(group, bytes);
    return key;
  });
}

/** Inclusive range of an entry in its pack. */
export function rangeOfEntry({ group, offset, bytes }: PackedPlace): { start: number; end: number } {
  return { start: offset, end: offset + entrySize(group, bytes) - 1 };
}

/** The payload in the bytes of an entry. `foreign`: there is no such entry. */
export function payloadOf(entry: Buffer, { group, bytes }: PackedPlace): Buffer | "foreign" | "damaged" {
  const header = headerAt(entry, 0);
  if (header === undefined || header.group !== group || header.bytes !== bytes) return "foreign";
  const payload = entry.subarray(HEADER_BYTES + group.length);
  return isWhole(header, payload) ? payload : "damaged";
}
