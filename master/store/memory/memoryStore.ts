import { hash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { consume } from "../consume.ts";
import { notStored, tooLarge } from "../errors.ts";
import { keyOf, NO_GROUP, nameInRun, placeOf, validateGroup } from "../key.ts";
import type { ByteRange, ByteStore, PutOptions, StoredObject } from "../port.ts";
import { rangeWithin } from "../range.ts";

/** Objects by their keys. Stores over the same map see the same objects, as one folder does after a restart. */
export type MemoryObjects = Map<string, Buffer>;

/** The store in the memory of this process, for tests: its objects end with the process. */
export function openMemoryStore(objects: MemoryObjects = new Map()): ByteStore {
  return new MemoryStore(objects);
}

class MemoryStore implements ByteStore {
  readonly localFiles = undefined;
  readonly trouble = undefined;
  readonly links = undefined;
  readonly slaveLinks = undefined;
  readonly names = undefined;
  readonly #objects: MemoryObjects;
  readonly #run = randomBytes(8).toString("hex");
  #count = 0;

  constructor(objects: MemoryObjects) {
    this.#objects = objects;
  }

  async put(content: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredObject> {
    const { group = NO_GROUP, limit = Number.POSITIVE_INFINITY, signal } = options;
    validateGroup(group);
    signal?.throwIfAborted();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const write = (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(chunk);
      return undefined;
    };
    try {
      if (content instanceof Uint8Array) write(content);
      else await consume(content, write, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
    this.#count += 1;
    const key = keyOf({ kind: "single", group, name: nameInRun(this.#run, this.#count), bytes });
    const object = Buffer.concat(chunks);
    this.#objects.set(key, object);
    return { key, bytes, sha256: hash("sha256", object) };
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const object = await this.read(key);
    const { start, end } = rangeWithin(object.length, range);
    const bytes = object.subarray(start, end + 1);
    return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
  }

  /** A copy, as an object never changes. */
  async read(key: string): Promise<Buffer> {
    const object = this.#objects.get(key);
    if (object === undefined) throw notStored(key);
    return Buffer.from(object);
  }

  async stat(key: string): Promise<{ readonly bytes: number } | undefined> {
    const object = this.#objects.get(key);
    return object && { bytes: object.length };
  }

  async isWhole(key: string): Promise<boolean> {
    return this.#objects.has(key);
  }

  async flush(): Promise<void> {
    // Nothing here outlives the process.
  }

  async flushAll(): Promise<void> {
    // As `flush`.
  }

  async *list(group: string): AsyncGenerator<readonly string[]> {
    validateGroup(group);
    yield [...this.#objects.keys()].filter((key) => placeOf(key)?.group === group);
  }

  async *groups(): AsyncGenerator<string> {
    yield* new Set([...this.#objects.keys()].flatMap((key) => placeOf(key)?.group ?? []));
  }

  async remove(keys: Iterable<string>): Promise<void> {
    for (const key of keys) this.#objects.delete(key);
  }

  async close(): Promise<void> {
    // There is nothing to close.
  }
}
