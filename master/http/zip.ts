import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import type { Response } from "express";
import type { ByteStore } from "../store/port.ts";
import { centralRecord, descriptor, endRecords, localHeader, type ZippedMember } from "./zipFormat.ts";

export interface ZipEntry {
  /** Ascending; the same for the same object at each reading. */
  readonly nth: number;
  readonly name: string;
  /** Folder within the zip, empty or with a slash at the end. */
  readonly folder: string;
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

type ZipStore = Pick<ByteStore, "get" | "read">;

/** Objects up to this size are read whole, so that the header of a member has its checksum. */
const WHOLE_BYTES = 64 * 1024;
/** Bytes of the central directory that are sent together. */
const PIECE = 16 * 1024;

/**
 * Streams objects as a zip without compression, as fast as the client reads: one object is open at a time, and none
 * after the client has left. Of what was sent three numbers an object are kept; the rest of the central directory is
 * made when `entries` are read for the second time. An object that cannot be read, and entries that changed meanwhile,
 * cut the answer; the client notices, because the last chunk is missing.
 *
 * @param entries of a second call that the first had not are left out
 */
export async function zipTo(
  res: Response,
  store: ZipStore,
  entries: () => AsyncIterable<readonly ZipEntry[]>,
): Promise<void> {
  await pipeline(new Zip(store).chunks(entries), res).catch(() => res.destroy());
}

class Zip {
  readonly #store: ZipStore;
  readonly #sent = new SentMembers();
  #offset = 0;

  constructor(store: ZipStore) {
    this.#store = store;
  }

  async *chunks(entries: () => AsyncIterable<readonly ZipEntry[]>): AsyncGenerator<Buffer> {
    for await (const page of entries())
      for (const entry of page)
        this.#sent.add(entry.nth, yield* isWhole(entry) ? this.#whole(entry) : this.#streamed(entry));
    const directory = this.#offset;
    yield* this.#directory(entries());
    const bytes = this.#offset - directory;
    yield endRecords({ members: this.#sent.count, offset: directory, bytes });
  }

  async *#directory(entries: AsyncIterable<readonly ZipEntry[]>): AsyncGenerator<Buffer> {
    let records: Buffer[] = [];
    let bytes = 0;
    for await (const page of entries) {
      for (const entry of page) {
        const sent = this.#sent.next(entry.nth);
        if (sent === undefined) continue;
        const record = centralRecord({ ...memberOf(entry), ...sent, described: !isWhole(entry) });
        bytes += record.length;
        records.push(record);
      }
      if (bytes < PIECE) continue;
      yield this.#counted(Buffer.concat(records));
      records = [];
      bytes = 0;
    }
    if (this.#sent.left > 0) throw new Error("The list of results changed while it was sent.");
    yield this.#counted(Buffer.concat(records));
  }

  async *#whole(entry: ZipEntry): AsyncGenerator<Buffer, ZippedMember> {
    const body = await this.#store.read(entry.key);
    const member = { ...memberOf(entry), bytes: body.length, crc: crc32(body) };
    const offset = this.#offset;
    yield this.#counted(Buffer.concat([localHeader(member), body]));
    return { ...member, offset, described: false };
  }

  async *#streamed(entry: ZipEntry): AsyncGenerator<Buffer, ZippedMember> {
    const member = memberOf(entry);
    const offset = this.#offset;
    const body: AsyncIterable<Buffer> = await this.#store.get(entry.key);
    yield this.#counted(localHeader(member));
    let crc = 0;
    let bytes = 0;
    for await (const chunk of body) {
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      yield this.#counted(chunk);
    }
    const zipped = { ...member, bytes, crc, offset, described: true };
    yield this.#counted(descriptor(zipped));
    return zipped;
  }

  #counted(chunk: Buffer): Buffer {
    this.#offset += chunk.length;
    return chunk;
  }
}

function memberOf({ name, folder, bytes, at }: ZipEntry) {
  return { name: Buffer.from(folder + name), bytes, at };
}

type SentMember = Pick<ZippedMember, "bytes" | "crc" | "offset">;

/** What is only known of a member once it was sent, in plain numbers: objects would weigh ten times as much. */
class SentMembers {
  readonly #nths: number[] = [];
  readonly #bytes: number[] = [];
  readonly #crcs: number[] = [];
  readonly #offsets: number[] = [];
  #taken = 0;

  get count(): number {
    return this.#nths.length;
  }

  /** Members that `next` has not given yet. */
  get left(): number {
    return this.#nths.length - this.#taken;
  }

  add(nth: number, { bytes, crc, offset }: SentMember): void {
    this.#nths.push(nth);
    this.#bytes.push(bytes);
    this.#crcs.push(crc);
    this.#offsets.push(offset);
  }

  /** The members in their order, each once; undefined for an object that was not sent. */
  next(nth: number): SentMember | undefined {
    const at = this.#taken;
    const [bytes, crc, offset] = [this.#bytes[at], this.#crcs[at], this.#offsets[at]];
    if (this.#nths[at] !== nth || bytes === undefined || crc === undefined || offset === undefined) return;
    this.#taken += 1;
    return { bytes, crc, offset };
  }
}

function isWhole({ bytes }: ZipEntry): boolean {
  return bytes <= WHOLE_BYTES;
}
