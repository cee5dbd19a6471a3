import { crc32 } from "node:zlib";

/**
 * A pack is a row of entries, each header + group + payload, and a footer once it takes no more:
 *     0 magic  4 state  5 length of group  6 format  8 length of payload  12 CRC-32 of payload
 *     16 CRC-32 of the header without its state, and of the group
 * Only the state changes: removing an object marks its entry in place.
 */
export const HEADER_BYTES = 20;
export const STATE_OFFSET = 4;
export const LIVE = 0x4c;
export const REMOVED = 0x58;

const MAGIC = 0x4d48524f;
const FOOTER = 0x4d485345;
const FORMAT = 1;

export interface EntryHeader {
  readonly isFooter: boolean;
  readonly live: boolean;
  readonly group: string;
  /** Length of the payload. */
  readonly bytes: number;
  readonly checksum: number;
  /** Bytes from the beginning of this entry to that of the next. */
  readonly size: number;
}

export function entrySize(group: string, bytes: number): number {
  return HEADER_BYTES + group.length + bytes;
}

/** Writes an entry into a buffer; it takes `entrySize` bytes. */
export function writeEntry(
  buffer: Buffer,
  offset: number,
  { group, payload }: { readonly group: string; readonly payload: Uint8Array },
): void {
  writeHead(buffer, offset, { magic: MAGIC, group, bytes: payload.byteLength, checksum: crc32(payload) });
  buffer.set(payload, offset + HEADER_BYTES + group.length);
}

export function footer(): Buffer {
  const buffer = Buffer.alloc(HEADER_BYTES);
  writeHead(buffer, 0, { magic: FOOTER, group: "", bytes: 0, checksum: 0 });
  return buffer;
}

/** Header of the entry that begins at `offset`; undefined where none begins, or the buffer ends inside the header. */
export function headerAt(buffer: Buffer, offset: number): EntryHeader | undefined {
  if (offset + HEADER_BYTES > buffer.length) return undefined;
  const magic = buffer.readUInt32LE(offset);
  const end = offset + HEADER_BYTES + buffer.readUInt8(offset + 5);
  if ((magic !== MAGIC && magic !== FOOTER) || end > buffer.length) return undefined;
  if (buffer.readUInt32LE(offset + 16) !== headChecksum(buffer, offset, end)) return undefined;
  const bytes = buffer.readUInt32LE(offset + 8);
  return {
    isFooter: magic === FOOTER,
    live: buffer.readUInt8(offset + STATE_OFFSET) === LIVE,
    group: buffer.toString("latin1", offset + HEADER_BYTES, end),
    bytes,
    checksum: buffer.readUInt32LE(offset + 12),
    size: end - offset + bytes,
  };
}

/**
 * Size of an entry that is certainly of another group, without checking the rest of its header; 0 where the header
 * must be read. The last four characters of groups differ most, and are compared as one number.
 */
export function sizeOfOther(buffer: Buffer, offset: number, group: Buffer): number {
  if (buffer.readUInt32LE(offset) !== MAGIC) return 0;
  const length = buffer.readUInt8(offset + 5);
  const last = group.length - 4;
  const isAlike =
    length === group.length &&
    (last < 0 || buffer.readUInt32LE(offset + HEADER_BYTES + last) === group.readUInt32LE(last));
  return isAlike ? 0 : HEADER_BYTES + length + buffer.readUInt32LE(offset + 8);
}

export function isWhole(header: EntryHeader, payload: Uint8Array): boolean {
  return payload.byteLength === header.bytes && crc32(payload) === header.checksum;
}

interface Head {
  readonly magic: number;
  readonly group: string;
  readonly bytes: number;
  readonly checksum: number;
}

function writeHead(buffer: Buffer, offset: number, { magic, group, bytes, checksum }: Head): void {
  buffer.writeUInt32LE(magic, offset);
  buffer.writeUInt8(LIVE, offset + STATE_OFFSET);
  buffer.writeUInt8(group.length, offset + 5);
  buffer.writeUInt16LE(FORMAT, offset + 6);
  buffer.writeUInt32LE(bytes, offset + 8);
  buffer.writeUInt32LE(checksum, offset + 12);
  const end = offset + HEADER_BYTES + buffer.write(group, offset + HEADER_BYTES, "latin1");
  buffer.writeUInt32LE(headChecksum(buffer, offset, end), offset + 16);
}

/** A header without its state (15 bytes), and a group of at most 255 bytes. */
const scratch = Buffer.alloc(15 + 255);

function headChecksum(buffer: Buffer, start: number, end: number): number {
  buffer.copy(scratch, 0, start, start + STATE_OFFSET);
  buffer.copy(scratch, STATE_OFFSET, start + STATE_OFFSET + 1, start + 16);
  const bytes = 15 + buffer.copy(scratch, 15, start + HEADER_BYTES, end);
  return crc32(scratch.subarray(0, bytes));
}
