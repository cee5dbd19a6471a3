import { buffer } from "node:stream/consumers";
import type { PackedPlace } from "../key.ts";
import type { S3Bucket } from "./bucket.ts";
import { entriesOf } from "./packFormat.ts";

const PACKS = "packs/";
const REMOVED = "removed/";
/** Longest list of removed entries. */
const MOST_BYTES = 2 ** 20;

/** Name of a pack within its folder: its group and its id. */
export function packName({ group, pack }: Pick<PackedPlace, "group" | "pack">): string {
  return `${group}.p${pack}`;
}

/**
 * Entries that were removed from packs which have others. An object of a bucket cannot be changed, so a second object
 * lists them, until all entries of the pack are removed and both go.
 */
export class RemovedEntries {
  readonly #bucket: S3Bucket;
  /** Offsets by the names of packs. */
  readonly #removed: Map<string, ReadonlySet<number>>;
  /** Removals of a pack run one after the other. */
  readonly #busy = new Map<string, Promise<void>>();

  private constructor(bucket: S3Bucket, removed: Map<string, ReadonlySet<number>>) {
    this.#bucket = bucket;
    this.#removed = removed;
  }

  /** Reads all lists. */
  static async open(bucket: S3Bucket): Promise<RemovedEntries> {
    const removed = new Map<string, ReadonlySet<number>>();
    for await (const objects of bucket.list(REMOVED)) {
      for (const { name } of objects) {
        const pack = name.slice(REMOVED.length);
        if ((await bucket.head(`${PACKS}${pack}`)) === undefined) await bucket.remove(name);
        else removed.set(pack, await listed(bucket, name));
      }
    }
    return new RemovedEntries(bucket, removed);
  }

  has(place: PackedPlace): boolean {
    return this.#removed.get(packName(place))?.has(place.offset) ?? false;
  }

  /** Removes entries of one pack. */
  async add(pack: Pick<PackedPlace, "group" | "pack">, offsets: readonly number[]): Promise<void> {
    const name = packName(pack);
    const before = this.#busy.get(name) ?? Promise.resolve();
    const own = before.catch(() => undefined).then(() => this.#add(name, entriesOf(pack.pack) ?? 0, offsets));
    this.#busy.set(name, own);
    try {
      await own;
    } finally {
      if (this.#busy.get(name) === own) this.#busy.delete(name);
    }
  }

  async #add(name: string, entries: number, offsets: readonly number[]): Promise<void> {
    const before = this.#removed.get(name);
    const after = new Set([...(before ?? []), ...offsets]);
    if (after.size === before?.size) return;
    if (after.size >= entries) {
      await this.#bucket.remove(`${PACKS}${name}`);
      if (before !== undefined) await this.#bucket.remove(`${REMOVED}${name}`);
      this.#removed.delete(name);
      return;
    }
    // A pack that is gone needs no list.
    if (before === undefined && (await this.#bucket.head(`${PACKS}${name}`)) === undefined) return;
    await this.#bucket.put(`${REMOVED}${name}`, Buffer.from([...after].join("\n")));
    this.#removed.set(name, after);
  }
}

async function listed(bucket: S3Bucket, name: string): Promise<ReadonlySet<number>> {
  const opened = await bucket.open(name, { start: 0, end: MOST_BYTES - 1 });
  const text = opened === undefined ? "" : (await buffer(opened.body)).toString();
  return new Set(text.split("\n").filter(Boolean).map(Number));
}
