/** Records of a ZIP file (PKWARE APPNOTE 6.3.10) with members that are stored, not compressed. */

/** A member before its bytes. */
export interface ZipMember {
  /** Path in UTF-8 with slashes, not absolute. */
  readonly name: Buffer;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined while it is not known: then a descriptor follows the bytes. */
  readonly crc?: number;
}

/** A member that was written. */
export interface ZippedMember extends ZipMember {
  readonly crc: number;
  /** Whether its header did not have the checksum. */
  readonly described: boolean;
  /** Where its header begins. */
  readonly offset: number;
}

export interface CentralDirectory {
  readonly members: number;
  readonly offset: number;
  readonly bytes: number;
}

type Field = readonly [bytes: 1 | 2 | 4 | 8, value: number];

const MOST_32 = 0xffffffff;
const MOST_16 = 0xffff;
const VERSION = 20;
const VERSION_64 = 45;
const UNIX = 3 << 8;
const UTF8_NAME = 1 << 11;
const DESCRIPTOR_FOLLOWS = 1 << 3;
/** A plain file that its owner and group may write. */
const FILE_MODE = 0o100664 * 2 ** 16;

export function localHeader({ name, bytes, at, crc }: ZipMember): Buffer {
  const known = crc === undefined ? 0 : bytes;
  const { time, date } = dosTime(at);
  return Buffer.concat([
    packed([4, 0x04034b50], [2, VERSION], [2, flagsOf(crc === undefined)], [2, 0], [2, time], [2, date]),
    packed([4, crc ?? 0], [4, known], [4, known], [2, name.length], [2, 0]),
    name,
  ]);
}

/** Follows the bytes of a member whose header has no checksum. */
export function descriptor({ crc, bytes, offset }: ZippedMember): Buffer {
  const size = isLarge({ bytes, offset }) ? 8 : 4;
  return packed([4, 0x08074b50], [4, crc], [size, bytes], [size, bytes]);
}

export function centralRecord({ name, bytes, at, crc, offset, described }: ZippedMember): Buffer {
  const large = isLarge({ bytes, offset });
  const size = large ? MOST_32 : bytes;
  const { time, date } = dosTime(at);
  const extra = Buffer.concat([timeExtra(at), large ? sizesExtra(bytes, offset) : Buffer.alloc(0)]);
  const needed = large ? VERSION_64 : VERSION;
  return Buffer.concat([
    packed([4, 0x02014b50], [2, UNIX | 63], [2, needed], [2, flagsOf(described)], [2, 0]),
    packed([2, time], [2, date], [4, crc], [4, size], [4, size]),
    packed([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, FILE_MODE]),
    packed([4, large ? MOST_32 : offset]),
    name,
    extra,
  ]);
}

/** The last records, after the central directory. */
export function endRecords({ members, offset, bytes }: CentralDirectory): Buffer {
  const large = members >= MOST_16 || offset + bytes >= MOST_32;
  const count = Math.min(members, MOST_16);
  return Buffer.concat([
    large ? endRecords64({ members, offset, bytes }) : Buffer.alloc(0),
    packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count]),
    packed([4, Math.min(bytes, MOST_32)], [4, Math.min(offset, MOST_32)], [2, 0]),
  ]);
}

function endRecords64({ members, offset, bytes }: CentralDirectory): Buffer {
  return Buffer.concat([
    packed([4, 0x06064b50], [8, 44], [2, UNIX | 63], [2, VERSION_64], [4, 0], [4, 0]),
    packed([8, members], [8, members], [8, bytes], [8, offset]),
    packed([4, 0x07064b50], [4, 0], [8, offset + bytes], [4, 1]),
  ]);
}

function isLarge({ bytes, offset }: Pick<ZippedMember, "bytes" | "offset">): boolean {
  return bytes >= MOST_32 || offset >= MOST_32;
}

function flagsOf(described: boolean): number {
  return UTF8_NAME | (described ? DESCRIPTOR_FOLLOWS : 0);
}

function sizesExtra(bytes: number, offset: number): Buffer {
  return packed([2, 1], [2, 24], [8, bytes], [8, bytes], [8, offset]);
}

/** Time in seconds UTC; the fields of DOS have two-second steps and no time zone. */
function timeExtra(at: number): Buffer {
  const seconds = Math.min(Math.max(Math.floor(at / 1000), 0), 0x7fffffff);
  return packed([2, 0x5455], [2, 5], [1, 1], [4, seconds]);
}

function dosTime(at: number): { readonly time: number; readonly date: number } {
  const local = new Date(at);
  const year = local.getFullYear();
  if (year < 1980) return { time: 0, date: (1 << 5) | 1 };
  const time = (local.getHours() << 11) | (local.getMinutes() << 5) | (local.getSeconds() >> 1);
  return {
    time,
    date: ((Math.min(year, 2107) - 1980) << 9) | ((local.getMonth() + 1) << 5) | local.getDate(),
  };
}

/** Numbers one after the other, little-endian. */
function packed(...fields: readonly Field[]): Buffer {
  const buffer = Buffer.allocUnsafe(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}
