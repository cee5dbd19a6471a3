import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { eachAtMost } from "../../../shared/async/eachAtMost.ts";
import { AppError } from "../../../shared/errors.ts";
import { consume } from "../consume.ts";
import { damaged, notStored } from "../errors.ts";
import {
  keyOf,
  NO_GROUP,
  nameInRun,
  type ObjectPlace,
  placeOf,
  type SinglePlace,
  validateGroup,
} from "../key.ts";
import type { ByteRange, ByteStore, ObjectLinks, ObjectNames, PutOptions, StoredObject } from "../port.ts";
import { rangeWithin } from "../range.ts";
import type { S3Bucket } from "./bucket.ts";
import { checkBucket } from "./check.ts";
import { openBucket, type S3Connection } from "./connection.ts";
import { OBJECTS, objectName, S3Intake } from "./intake.ts";
import { loadPresigner } from "./library.ts";
import { linksTo } from "./links.ts";
import { namesIn } from "./names.ts";
import { S3Packs } from "./packs.ts";
import { rangeStream } from "./stream.ts";
import { BucketWatch } from "./watch.ts";

/** Objects that a removal removes at the same time. */
const AT_ONCE = 16;
/** Objects up to this size share packs, unless a caller says otherwise. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of the newest small objects that are kept in memory, too. */
const RECENT_BYTES = 16 * 2 ** 20;
/** An upload takes less. */
const SHARED_UPLOAD_MS = 24 * 3_600_000;

/**
 * Opens the store in a bucket. Opening ends uploads that are cut off; where several processes share the prefix, those of
 * the last day may be theirs. What was removed from packs in part is known to the process that removed it: the others
 * find it until the whole group is removed.
 * @throws AppError `driver_missing`, and those of `checkBucket`
 */
export async function openS3Store(connection: S3Connection): Promise<ByteStore> {
  const closing = new AbortController();
  // Each operation that waits for a new try adds a listener.
  setMaxListeners(0, closing.signal);
  const bucket = await openBucket(connection, closing.signal);
  try {
    const run = `${Date.now().toString(36)}${randomBytes(6).toString("hex")}`;
    await checkBucket({ ...connection, bucket, run });
    const before = Date.now() - (connection.isShared === true ? SHARED_UPLOAD_MS : 0);
    await bucket.abortUploads(OBJECTS, before);
    const packs = await S3Packs.open({ bucket, run, recentBytes: RECENT_BYTES });
    const { state } = bucket;
    const watch = new BucketWatch({
      probe: bucket.withoutRetries(),
      state,
      name: `check/${run}`,
      onChange: connection.onChange,
    });
    // A package that is missing is told at the start.
    if (connection.isLinked === true) await loadPresigner();
    const slaveLinks = linksTo(bucket);
    const links = connection.isLinked === true ? slaveLinks : undefined;
    watch.start();
    const names = connection.isNamed === true ? namesIn(bucket, packs) : undefined;
    return new S3Store({ bucket, packs, run, closing, watch, links, slaveLinks, names });
  } catch (error) {
    bucket.close();
    throw error;
  }
}

interface S3StoreDeps {
  readonly bucket: S3Bucket;
  readonly packs: S3Packs;
  readonly run: string;
  readonly closing: AbortController;
  readonly watch: BucketWatch;
  readonly links: ObjectLinks | undefined;
  readonly slaveLinks: ObjectLinks;
  readonly names: ObjectNames | undefined;
}

class S3Store implements ByteStore {
  readonly localFiles = undefined;
  readonly links: ObjectLinks | undefined;
  readonly slaveLinks: ObjectLinks;
  readonly names: ObjectNames | undefined;
  readonly #deps: S3StoreDeps;
  #count = 0;

  constructor(deps: S3StoreDeps) {
    this.#deps = deps;
    this.links = deps.links;
    this.slaveLinks = deps.slaveLinks;
    this.names = deps.names;
  }

  get trouble(): AppError | undefined {
    return this.#deps.bucket.state.trouble;
  }

  async put(content: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredObject> {
    const { group = NO_GROUP, limit = Number.POSITIVE_INFINITY, smallBytes = SMALL_BYTES, signal } = options;
    validateGroup(group);
    signal?.throwIfAborted();
    const intake = new S3Intake({ ...this.#deps, nextName: this.#nextName }, { group, limit, smallBytes });
    try {
      if (content instanceof Uint8Array) await intake.write(content);
      else await consume(content, (chunk) => intake.write(chunk), signal);
      signal?.throwIfAborted();
      return await intake.finish();
    } catch (error) {
      await intake.abort();
      signal?.throwIfAborted();
      throw error;
    }
  }

  async get(key: string, wanted?: ByteRange): Promise<Readable> {
    const place = requirePlace(key);
    const range = rangeWithin(place.bytes, wanted);
    const { start, end } = range;
    if (place.kind === "packed")
      return streamOf((await this.#deps.packs.read(place)).subarray(start, end + 1));
    if (end < start) {
      if (await this.#isThere(place)) return streamOf(Buffer.alloc(0));
      throw notStored(key);
    }
    const { bucket } = this.#deps;
    const opened = await bucket.open(objectName(place), range);
    if (opened === undefined) throw notStored(key);
    if (opened.total === undefined || opened.total === place.bytes)
      return rangeStream(bucket, objectName(place), { range, opened });
    opened.body.destroy();
    throw damaged(key);
  }

  async read(key: string): Promise<Buffer> {
    const place = requirePlace(key);
    return place.kind === "packed" ? await this.#deps.packs.read(place) : await buffer(await this.get(key));
  }

  async stat(key: string): Promise<{ readonly bytes: number } | undefined> {
    const place = placeOf(key);
    if (place === undefined) return undefined;
    const isThere = await (place.kind === "single" ? this.#isThere(place) : this.#deps.packs.has(place));
    return isThere ? { bytes: place.bytes } : undefined;
  }

  async isWhole(key: string): Promise<boolean> {
    const place = placeOf(key);
    if (place?.kind !== "packed") return (await this.stat(key)) !== undefined;
    try {
      await this.#deps.packs.read(place);
      return true;
    } catch (error) {
      if (error instanceof AppError && (error.code === "not_stored" || error.code === "damaged_object"))
        return false;
      throw error;
    }
  }

  async flush(): Promise<void> {
    // The bucket acknowledges an object when it is durable, and `put` waits for that.
  }

  async flushAll(): Promise<void> {
    // As `flush`.
  }

  async *list(group: string): AsyncGenerator<readonly string[]> {
    validateGroup(group);
    const beginning = `${OBJECTS}${group}.f`;
    for await (const objects of this.#deps.bucket.list(beginning))
      yield objects.map(({ name: whole, bytes }) =>
        keyOf({ kind: "single", group, name: whole.slice(beginning.length), bytes }),
      );
    yield* this.#deps.packs.list(group);
  }

  async *groups(): AsyncGenerator<string> {
    const seen = new Set<string>();
    for (const groups of [this.#deps.bucket.listHeads(OBJECTS), this.#deps.packs.groups()]) {
      for await (const group of groups) {
        if (!seen.has(group)) yield group;
        seen.add(group);
      }
    }
  }

  async remove(keys: Iterable<string>): Promise<void> {
    const places = [...new Set(keys)].flatMap((key) => placeOf(key) ?? []);
    const { bucket, packs } = this.#deps;
    const singles = places.filter((place) => place.kind === "single");
    await Promise.all([
      eachAtMost(singles, AT_ONCE, (place) => bucket.remove(objectName(place))),
      packs.remove(places.filter((place) => place.kind === "packed")),
    ]);
  }

  async close(): Promise<void> {
    this.#deps.closing.abort();
    this.#deps.watch.stop();
    await this.#deps.packs.idle();
    this.#deps.bucket.close();
  }

  readonly #nextName = (): string => {
    this.#count += 1;
    return nameInRun(this.#deps.run, this.#count);
  };

  async #isThere(place: SinglePlace): Promise<boolean> {
    return (await this.#deps.bucket.head(objectName(place))) === place.bytes;
  }
}

function requirePlace(key: string): ObjectPlace {
  const place = placeOf(key);
  if (place === undefined) throw notStored(key);
  return place;
}

function streamOf(bytes: Buffer): Readable {
  return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
}
