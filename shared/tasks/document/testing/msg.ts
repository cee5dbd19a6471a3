/** A storage: streams by name, and storages in it. */
export interface MsgStorage {
  readonly [name: string]: Buffer | MsgStorage;
}

const FREE = 0xffffffff;
const END = 0xfffffffe;

interface Placed {
  readonly name: string;
  readonly type: number;
  child: number;
  right: number;
  start: number;
  readonly size: number;
}

/** Makes a compound file (MS-CFB). Streams below 4,096 bytes share short sectors, as they do in files of Outlook. */
export function compoundOf(root: MsgStorage): Buffer {
  const entries: Placed[] = [{ name: "Root Entry", type: 5, child: FREE, right: FREE, start: END, size: 0 }];
  const [long, short] = [new Chains(512), new Chains(64)];
  place(root, 0, { entries, long, short });
  const shortTable = long.add(Buffer.from(new Uint32Array(padded(short.table, 128)).buffer));
  const first = entries[0];
  const shortBytes = Buffer.concat(short.sectors);
  if (first !== undefined) entries[0] = { ...first, start: long.add(shortBytes), size: shortBytes.length };
  const directory = long.add(Buffer.concat(entries.map(entryBytes)));
  const tableSectors = Math.ceil((long.table.length + 64) / 128);
  const table = [...long.table, ...Array<number>(tableSectors).fill(0xfffffffd)];
  const header = headerOf({ directory, shortTable, from: long.table.length, tableSectors });
  return Buffer.concat([
    header,
    ...long.sectors,
    Buffer.from(new Uint32Array(padded(table, 128, tableSectors)).buffer),
  ]);
}

/** Sectors that follow each other. */
class Chains {
  readonly sectors: Buffer[] = [];
  readonly table: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** @returns the number of the first sector */
  add(bytes: Buffer): number {
    if (bytes.length === 0) return END;
    const start = this.sectors.length;
    for (let at = 0; at < bytes.length; at += this.#size) {
      const sector = Buffer.alloc(this.#size);
      bytes.copy(sector, 0, at, at + this.#size);
      this.sectors.push(sector);
      this.table.push(at + this.#size < bytes.length ? this.sectors.length : END);
    }
    return start;
  }
}

interface Layout {
  readonly entries: Placed[];
  readonly long: Chains;
  readonly short: Chains;
}

/** Children hang on each other by their right side, which readers accept as a tree. */
function place(storage: MsgStorage, parent: number, layout: Layout): void {
  const { entries } = layout;
  const places = Object.entries(storage).map(([name, content]) => {
    const at = entries.length;
    entries.push({ name, child: FREE, right: FREE, ...contentOf(content, layout) });
    if (!Buffer.isBuffer(content)) place(content, at, layout);
    return at;
  });
  const above = entries[parent];
  if (above !== undefined) above.child = places[0] ?? FREE;
  for (const [index, at] of places.entries()) {
    const entry = entries[at];
    if (entry !== undefined) entry.right = places[index + 1] ?? FREE;
  }
}

function contentOf(content: Buffer | MsgStorage, { long, short }: Layout) {
  if (!Buffer.isBuffer(content)) return { type: 1, start: END, size: 0 };
  return { type: 2, start: (content.length < 4096 ? short : long).add(content), size: content.length };
}

function entryBytes({ name, type, child, right, start, size }: Placed): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.write(name, 0, 62, "utf16le");
  bytes.writeUInt16LE(name.length * 2 + 2, 64);
  bytes[66] = type;
  bytes.writeUInt32LE(FREE, 68);
  bytes.writeUInt32LE(right, 72);
  bytes.writeUInt32LE(child, 76);
  bytes.writeUInt32LE(start, 116);
  bytes.writeUInt32LE(size, 120);
  return bytes;
}

function padded(numbers: readonly number[], to: number, sectors = Math.ceil(numbers.length / to)): number[] {
  return [...numbers, ...Array<number>(sectors * to - numbers.length).fill(FREE)];
}

function headerOf(
  of: Readonly<Record<"directory" | "shortTable" | "from" | "tableSectors", number>>,
): Buffer {
  const header = Buffer.alloc(512);
  header.write("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1");
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(of.tableSectors, 44);
  header.writeUInt32LE(of.directory, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(of.shortTable, 60);
  header.writeUInt32LE(END, 68);
  for (let at = 0; at < 109; at += 1)
    header.writeUInt32LE(at < of.tableSectors ? of.from + at : FREE, 76 + at * 4);
  return header;
}

export interface MsgSpec {
  /** Texts by id. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Bytes by id and type: `10130102`. */
  readonly bytes?: Readonly<Record<string, Buffer>>;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly times?: Readonly<Record<string, Date>>;
  readonly inside?: MsgStorage;
}

/** Makes the storage of a message, recipient or attachment (MS-OXMSG); `head` is the length of the head of its values. */
export function msgStorage(spec: MsgSpec, head: number): MsgStorage {
  const numbers = Object.entries(spec.numbers ?? {}).map(([id, value]) => propertyOf(id, 3, BigInt(value)));
  const times = Object.entries(spec.times ?? {}).map(([id, time]) =>
    propertyOf(id, 0x40, BigInt(time.getTime() + 11_644_473_600_000) * 10_000n),
  );
  return {
    "__properties_version1.0": Buffer.concat([Buffer.alloc(head), ...numbers, ...times]),
    ...named(
      Object.entries(spec.texts ?? {}).map(([id, text]) => [`${id}001F`, Buffer.from(text, "utf16le")]),
    ),
    ...named(Object.entries(spec.bytes ?? {})),
    ...spec.inside,
  };
}

function propertyOf(id: string, type: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(Number.parseInt(id, 16), 2);
  bytes.writeBigUInt64LE(value, 8);
  return bytes;
}

function named(streams: readonly (readonly [id: string, content: Buffer])[]): MsgStorage {
  return Object.fromEntries(streams.map(([id, content]) => [`__substg1.0_${id}`, content]));
}

export function msgOf(spec: MsgSpec): Buffer {
  return compoundOf(msgStorage(spec, 32));
}
