import { crc32 } from "node:zlib";

/**
 * A pack is a row of records, each header + group + payload, and a seal once it takes no more:
 *     0 magic  4 state  5 length of group  6 format  8 length of payload  12 CRC-32 of payload
 *     16 CRC-32 of the header without its state, and of the group
 * The state alone changes: a removed record is marked in place.
 */
export const HEADER_BYTES = 20;
export const STATE_OFFSET = 4;
export const LIVE = 0x4c;
export const REMOVED = 0x58;

const MAGIC = 0x4d48524f;
const SEAL = 0x4d485345;
const FORMAT = 1;

export interface RecordHeader {
  readonly sealed: boolean;
  readonly live: boolean;
  readonly group: string;
  /** Of the payload. */
  readonly bytes: number;
  readonly checksum: number;
  /** From its beginning to the next record's. */
  readonly size: number;
}

export function recordSize(group: string, bytes: number): number {
  return HEADER_BYTES + group.length + bytes;
}

/** What precedes the payload. */
export function recordHead(group: string, payload: Uint8Array): Buffer {
  return head(MAGIC, { group, bytes: payload.byteLength, checksum: crc32(payload) });
}

export function seal(): Buffer {
  return head(SEAL, { group: "", bytes: 0, checksum: 0 });
}

/** The record that begins at `offset`; undefined where there is none, or only a piece of its head. */
export function headerAt(buffer: Buffer, offset: number): RecordHeader | undefined {
  if (offset + HEADER_BYTES > buffer.length) return undefined;
  const magic = buffer.readUInt32LE(offset);
  const end = offset + HEADER_BYTES + buffer.readUInt8(offset + 5);
  if ((magic !== MAGIC && magic !== SEAL) || end > buffer.length) return undefined;
  if (buffer.readUInt32LE(offset + 16) !== headChecksum(buffer.subarray(offset, end))) return undefined;
  const bytes = buffer.readUInt32LE(offset + 8);
  return {
    sealed: magic === SEAL,
    live: buffer.readUInt8(offset + STATE_OFFSET) === LIVE,
    group: buffer.toString("latin1", offset + HEADER_BYTES, end),
    bytes,
    checksum: buffer.readUInt32LE(offset + 12),
    size: end - offset + bytes,
  };
}

export function isWhole(header: RecordHeader, payload: Uint8Array): boolean {
  return payload.byteLength === header.bytes && crc32(payload) === header.checksum;
}

interface Head {
  readonly group: string;
  readonly bytes: number;
  readonly checksum: number;
}

function head(magic: number, { group, bytes, checksum }: Head): Buffer {
  const buffer = Buffer.alloc(HEADER_BYTES + group.length);
  buffer.writeUInt32LE(magic, 0);
  buffer.writeUInt8(LIVE, STATE_OFFSET);
  buffer.writeUInt8(group.length, 5);
  buffer.writeUInt16LE(FORMAT, 6);
  buffer.writeUInt32LE(bytes, 8);
  buffer.writeUInt32LE(checksum, 12);
  buffer.write(group, HEADER_BYTES, "latin1");
  buffer.writeUInt32LE(headChecksum(buffer), 16);
  return buffer;
}

function headChecksum(record: Buffer): number {
  const beforeState = crc32(record.subarray(0, STATE_OFFSET));
  const afterState = crc32(record.subarray(STATE_OFFSET + 1, 16), beforeState);
  return crc32(record.subarray(HEADER_BYTES), afterState);
}
