import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import type { Response } from "express";
import type { ByteStore } from "../store/port.ts";
import { centralRecord, descriptor, endRecords, localHeader, type ZippedMember } from "./zipFormat.ts";

export interface ZipEntry {
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
/** Bytes of the central directory that are kept and sent together. */
const PIECE = 64 * 1024;

/**
 * Streams objects as a zip without compression, as fast as the client reads: one object is open at a time, and none
 * after the client has left. Of what was sent only the central directory is kept, about 100 bytes an object. An object
 * that cannot be read cuts the answer; the client notices, because the last chunk is missing.
 */
export async function zipTo(
  res: Response,
  store: ZipStore,
  entries: AsyncIterable<readonly ZipEntry[]>,
): Promise<void> {
  await pipeline(new Zip(store).chunks(entries), res).catch(() => res.destroy());
}

class Zip {
  readonly #store: ZipStore;
  readonly #directory = new Directory();
  #offset = 0;

  constructor(store: ZipStore) {
    this.#store = store;
  }

  async *chunks(entries: AsyncIterable<readonly ZipEntry[]>): AsyncGenerator<Buffer> {
    for await (const page of entries) {
      for (const entry of page) {
        const member = yield* entry.bytes <= WHOLE_BYTES ? this.#whole(entry) : this.#streamed(entry);
        this.#directory.add(centralRecord(member));
      }
    }
    yield* this.#directory.pieces;
    const { members, bytes } = this.#directory;
    yield endRecords({ members, offset: this.#offset, bytes });
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

/** The central directory in few buffers: one for each member would weigh more than what it holds. */
class Directory {
  readonly #full: Buffer[] = [];
  #open: Buffer[] = [];
  #openBytes = 0;
  members = 0;
  bytes = 0;

  add(record: Buffer): void {
    this.members += 1;
    this.bytes += record.length;
    this.#openBytes += record.length;
    this.#open.push(record);
    if (this.#openBytes >= PIECE) this.#close();
  }

  get pieces(): readonly Buffer[] {
    if (this.#open.length > 0) this.#close();
    return this.#full;
  }

  #close(): void {
    this.#full.push(Buffer.concat(this.#open));
    this.#open = [];
    this.#openBytes = 0;
  }
}
