import { FileError } from "../../../errors.ts";

/** A compound file (MS-CFB): a file system in a file. Streams are put together when they are read. */
export interface OleStorage {
  /** Names of the streams and storages in it, as the file has them. */
  names(): readonly string[];
  storage(name: string): OleStorage | undefined;
  /** Bytes of a stream; undefined where there is none. @throws FileError `corrupt_file`, `too_large` */
  stream(name: string): Buffer | undefined;
  /** Bytes of a stream as its entry states them. */
  size(name: string): number;
}

/** Most bytes of all streams that are read: sectors may belong to many of them. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_ENTRIES = 100_000;
const HEADER = 512;
/** Numbers of sectors from here on stand for none. */
export const LAST_SECTOR = 0xfffffffa;
const ENTRY = 128;

interface Entry {
  readonly name: string;
  readonly isStorage: boolean;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

/** Opens a compound file. @throws FileError `corrupt_file`, `too_large` */
export function openContainer(bytes: Buffer): OleStorage {
  try {
    const file = new Sectors(bytes);
    const entries = entriesOf(file.chain(file.header.directory));
    const root = entries[0];
    if (root === undefined) throw damaged();
    const short = new ShortSectors(file, root);
    return storageOf(root, { entries, file, short, left: { bytes: MOST_BYTES } });
  } catch (error) {
    // Numbers outside of the file.
    throw error instanceof RangeError ? damaged(error) : error;
  }
}

function damaged(cause?: unknown): FileError {
  return new FileError(
    "corrupt_file",
    "The file is damaged or cut off: its list of parts cannot be read. Send an intact copy.",
    { cause },
  );
}

function tooLarge(): FileError {
  return new FileError(
    "too_large",
    `The parts of the file have more than ${MOST_BYTES / 2 ** 20} MB, or are more than ${MOST_ENTRIES}. This limit is fixed.`,
  );
}

/** Sectors of the file, and the table that says which one follows each (MS-CFB 2.3). */
class Sectors {
  readonly header: { readonly directory: number; readonly cutoff: number; readonly shortTable: number };
  readonly #bytes: Buffer;
  readonly #size: number;
  readonly #table: Buffer;

  constructor(bytes: Buffer) {
    const [shift, shortShift] = [bytes.readUInt16LE(30), bytes.readUInt16LE(32)];
    if ((shift !== 9 && shift !== 12) || shortShift !== 6) throw damaged();
    this.#bytes = bytes;
    this.#size = 2 ** shift;
    this.header = {
      directory: bytes.readUInt32LE(48),
      cutoff: bytes.readUInt32LE(56),
      shortTable: bytes.readUInt32LE(60),
    };
    this.#table = Buffer.concat(this.#tableSectors().map((sector) => this.#sector(sector)));
  }

  /** Sectors of the table: the first 109 stand in the header, others in sectors that follow each other. */
  #tableSectors(): number[] {
    const listed = numbersIn(this.#bytes.subarray(76, HEADER));
    const count = this.#bytes.length / this.#size;
    for (let at = this.#bytes.readUInt32LE(68), seen = 0; at < LAST_SECTOR; seen += 1) {
      if (seen > count) throw damaged();
      const numbers = numbersIn(this.#sector(at));
      at = numbers.pop() ?? LAST_SECTOR;
      listed.push(...numbers);
    }
    return listed.filter((sector) => sector < LAST_SECTOR).slice(0, count);
  }

  #sector(number: number): Buffer {
    const start = (number + 1) * this.#size;
    return this.#bytes.subarray(start, start + this.#size);
  }

  /** Bytes of the sectors that follow each other from one on, up to a length. */
  chain(start: number, length = Number.POSITIVE_INFINITY): Buffer {
    const numbers = chained(this.#table, start, Math.ceil(length / this.#size));
    return Buffer.concat(numbers.map((number) => this.#sector(number)));
  }
}

/** Short streams share sectors of 64 bytes, which are in the stream of the root (MS-CFB 2.4). */
class ShortSectors {
  readonly #bytes: Buffer;
  readonly #table: Buffer;

  constructor(file: Sectors, { start, size }: Entry) {
    this.#bytes = file.chain(start, size);
    this.#table = file.chain(file.header.shortTable);
  }

  chain(start: number, length: number): Buffer {
    const numbers = chained(this.#table, start, Math.ceil(length / 64));
    return Buffer.concat(numbers.map((number) => this.#bytes.subarray(number * 64, number * 64 + 64)));
  }
}

/** Numbers of sectors that follow each other; one that follows itself would have no end. */
function chained(table: Buffer, start: number, most: number): number[] {
  const numbers: number[] = [];
  const longest = Math.min(most, table.length / 4);
  for (let at = start; at < LAST_SECTOR && numbers.length < longest; ) {
    numbers.push(at);
    at = at * 4 + 4 <= table.length ? table.readUInt32LE(at * 4) : LAST_SECTOR;
  }
  return numbers;
}

function numbersIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length >> 2 }, (_, at) => bytes.readUInt32LE(at * 4));
}

/** Entries of a directory. @throws FileError `too_large` */
export function entriesOf(directory: Buffer): Entry[] {
  const count = Math.floor(directory.length / ENTRY);
  if (count > MOST_ENTRIES) throw tooLarge();
  return Array.from({ length: count }, (_, at) => {
    const entry = directory.subarray(at * ENTRY, (at + 1) * ENTRY);
    const end = Math.max(0, Math.min(64, entry.readUInt16LE(64)) - 2);
    return {
      name: entry.toString("utf16le", 0, end),
      isStorage: entry[66] === 1 || entry[66] === 5,
      left: entry.readUInt32LE(68),
      right: entry.readUInt32LE(72),
      child: entry.readUInt32LE(76),
      start: entry.readUInt32LE(116),
      size: entry.readUInt32LE(120),
    };
  });
}

interface Opened {
  readonly entries: readonly Entry[];
  readonly file: Sectors;
  readonly short: ShortSectors;
  readonly left: { bytes: number };
}

function storageOf(entry: Entry, opened: Opened): OleStorage {
  const inside = childrenOf(entry, opened.entries);
  const streamOf = (name: string) => {
    const found = inside.get(name.toLowerCase());
    return found?.isStorage === false ? found : undefined;
  };
  return {
    names: () => [...inside.values()].map(({ name }) => name),
    size: (name) => streamOf(name)?.size ?? 0,
    storage: (name) => {
      const found = inside.get(name.toLowerCase());
      return found?.isStorage === true ? storageOf(found, opened) : undefined;
    },
    stream: (name) => {
      const found = streamOf(name);
      return found === undefined ? undefined : streamBytes(found, opened);
    },
  };
}

function streamBytes({ start, size }: Entry, { file, short, left }: Opened): Buffer {
  left.bytes -= size;
  if (left.bytes < 0) throw tooLarge();
  const from = size < file.header.cutoff ? short : file;
  const bytes = from.chain(start, size).subarray(0, size);
  if (bytes.length < size) throw damaged();
  return bytes;
}

/** The entries of a storage are a tree, in which a damaged file may go round in a circle. */
export function childrenOf({ child }: Entry, entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  const seen = new Set<number>();
  const ahead = [child];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    const entry = entries[at];
    if (entry === undefined || seen.has(at)) continue;
    seen.add(at);
    found.set(entry.name.toLowerCase(), entry);
    ahead.push(entry.right, entry.left);
  }
  return found;
}
