import { Batcher } from "../../../shared/async/batcher.ts";
import { eachAtMost } from "../../../shared/async/eachAtMost.ts";
import { damaged, notStored } from "../errors.ts";
import { type PendingObject, takeBatch } from "../folder/batch.ts";
import { entrySize } from "../folder/entry.ts";
import { Recent } from "../folder/recent.ts";
import { keyOf, type PackedPlace, placeOf } from "../key.ts";
import type { S3Bucket } from "./bucket.ts";
import { PackBlocks } from "./packBlocks.ts";
import {
  encodedPack,
  entriesOf,
  keysOfList,
  listBytes,
  MAX_ENTRIES,
  packId,
  payloadOf,
  rangeOfEntry,
} from "./packFormat.ts";
import { packName, RemovedEntries } from "./removed.ts";
import { readRange } from "./stream.ts";

const PACKS = "packs/";
/** Most payload bytes in a pack. */
const PACK_BYTES = 8 * 2 ** 20;
/** Packs that a removal changes at the same time. */
const AT_ONCE = 16;

export interface S3PacksDeps {
  readonly bucket: S3Bucket;
  readonly run: string;
  /** Bytes of the newest objects that are kept in memory, too. */
  readonly recentBytes: number;
}

/** Small objects: those of a group that come while a pack of it is written go into the next one. */
export class S3Packs {
  readonly #deps: S3PacksDeps;
  readonly #removed: RemovedEntries;
  readonly #recent: Recent;
  readonly #blocks: PackBlocks;
  readonly #writers = new Map<string, Batcher<PendingObject>>();
  #count = 0;

  private constructor(deps: S3PacksDeps, removed: RemovedEntries) {
    this.#deps = deps;
    this.#removed = removed;
    this.#recent = new Recent(deps.recentBytes);
    this.#blocks = new PackBlocks(deps.bucket);
  }

  static async open(deps: S3PacksDeps): Promise<S3Packs> {
    return new S3Packs(deps, await RemovedEntries.open(deps.bucket));
  }

  put(group: string, payload: Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      const known = this.#writers.get(group);
      const writer = known ?? this.#writerOf(group);
      if (known === undefined) this.#writers.set(group, writer);
      writer.add({ group, payload, resolve, reject });
    });
  }

  /** @throws AppError `not_stored`, `damaged_object` */
  async read(place: PackedPlace): Promise<Buffer> {
    const key = keyOf(place);
    if (this.#removed.has(place) || entriesOf(place.pack) === undefined) throw notStored(key);
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const [name, range] = [`${PACKS}${packName(place)}`, rangeOfEntry(place)];
    const entry = await this.#blocks.read(name, range);
    const payload = entry === undefined ? "foreign" : payloadOf(entry, place);
    if (typeof payload === "string") this.#blocks.forget(name, range);
    if (payload === "foreign") throw notStored(key);
    if (payload === "damaged") throw damaged(key);
    return payload;
  }

  async has(place: PackedPlace): Promise<boolean> {
    if (this.#removed.has(place) || entriesOf(place.pack) === undefined) return false;
    const bytes = await this.#deps.bucket.head(`${PACKS}${packName(place)}`);
    return bytes !== undefined && rangeOfEntry(place).end < bytes;
  }

  async *list(group: string): AsyncGenerator<readonly string[]> {
    for await (const packs of this.#deps.bucket.list(`${PACKS}${group}.`)) {
      for (const { name } of packs) yield await this.#keysOf(group, name);
    }
  }

  groups(): AsyncGenerator<string> {
    return this.#deps.bucket.listHeads(PACKS);
  }

  async remove(places: readonly PackedPlace[]): Promise<void> {
    const byPack = new Map<string, { readonly place: PackedPlace; readonly offsets: number[] }>();
    for (const place of places) {
      if (entriesOf(place.pack) === undefined) continue;
      const name = packName(place);
      const known = byPack.get(name) ?? { place, offsets: [] };
      known.offsets.push(place.offset);
      byPack.set(name, known);
    }
    await eachAtMost(byPack.values(), AT_ONCE, ({ place, offsets }) => this.#removed.add(place, offsets));
    for (const place of places) this.#recent.forget(keyOf(place));
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.idle()));
  }

  async #keysOf(group: string, name: string): Promise<readonly string[]> {
    const pack = name.slice(PACKS.length + group.length + ".p".length);
    const end = listBytes(entriesOf(pack) ?? 0) - 1;
    const list = await readRange(this.#deps.bucket, name, { start: 0, end });
    // Undefined: the pack was removed since it was listed.
    const keys = list === undefined ? [] : keysOfList(list, { group, pack });
    if (keys === undefined) throw damaged(name);
    return keys.filter((key) => {
      const place = placeOf(key);
      return place?.kind === "packed" && !this.#removed.has(place);
    });
  }

  #writerOf(group: string): Batcher<PendingObject> {
    const writer = new Batcher<PendingObject>({
      run: async (batch) => {
        await this.#write(group, batch);
        if (writer.isEmpty && this.#writers.get(group) === writer) this.#writers.delete(group);
      },
      take: (waiting) => takeSome(waiting),
    });
    return writer;
  }

  async #write(group: string, batch: readonly PendingObject[]): Promise<void> {
    this.#count += 1;
    const pack = packId({ run: this.#deps.run, count: this.#count }, batch.length);
    try {
      await this.#deps.bucket.put(`${PACKS}${packName({ group, pack })}`, encodedPack(batch));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    let offset = listBytes(batch.length);
    for (const { payload, resolve } of batch) {
      const bytes = payload.byteLength;
      const key = keyOf({ kind: "packed", group, pack, offset, bytes });
      this.#recent.add(key, payload);
      resolve(key);
      offset += entrySize(group, bytes);
    }
  }
}

function takeSome(waiting: PendingObject[]): PendingObject[] {
  const taken = takeBatch(waiting, PACK_BYTES);
  if (taken.length > MAX_ENTRIES) waiting.unshift(...taken.splice(MAX_ENTRIES));
  return taken;
}
