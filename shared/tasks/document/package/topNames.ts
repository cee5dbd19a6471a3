import { childrenOf, entriesOf, LAST_SECTOR } from "./container.ts";

/** Reads bytes of the file from `start` to `end`, both included. */
export type ReadRange = (start: number, end: number) => Promise<Buffer>;

/** Most sectors of the directory that are looked at; a document of Word has about 5. */
const MOST_SECTORS = 64;
/** Place in the header of the numbers of the first sectors of the table, and their count. */
const TABLE_AT = 76;
const TABLE_SECTORS = 109;

/** Names of the streams and storages at the top of a compound file, for those that have its first bytes alone; none where it is damaged. */
export async function topNames(head: Buffer, read: ReadRange): Promise<readonly string[]> {
  if (head.length < TABLE_AT + 4 * TABLE_SECTORS) return [];
  const size = 2 ** head.readUInt16LE(30);
  if (size !== 512 && size !== 4096) return [];
  const sectorAt = (number: number) => read((number + 1) * size, (number + 2) * size - 1);
  const directory: Buffer[] = [];
  const perTable = size / 4;
  let known = -1;
  let table: Buffer = Buffer.alloc(0);
  for (let at = head.readUInt32LE(48); at < LAST_SECTOR && directory.length < MOST_SECTORS; ) {
    directory.push(await sectorAt(at));
    const index = Math.floor(at / perTable);
    if (index >= TABLE_SECTORS) break;
    if (index !== known) table = await sectorAt(head.readUInt32LE(TABLE_AT + 4 * index));
    known = index;
    const place = (at % perTable) * 4;
    at = place + 4 <= table.length ? table.readUInt32LE(place) : LAST_SECTOR;
  }
  const entries = entriesOf(Buffer.concat(directory));
  const [root] = entries;
  return root === undefined ? [] : [...childrenOf(root, entries).values()].map(({ name }) => name);
}
