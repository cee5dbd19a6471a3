import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, isErrno } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { syncFolder } from "../../syncFolder.ts";
import { encoded, takeBatch, type Waiting } from "./batch.ts";
import { diskError } from "./disk.ts";
import type { Handles } from "./handles.ts";
import { damaged, keyOf, notStored, type PackPlace } from "./key.ts";
import { Pack } from "./pack.ts";
import { Recent } from "./recent.ts";
import { headerAt, isWhole, type RecordHeader, recordSize } from "./record.ts";

/** Written at once at most. */
const BATCH_BYTES = 4 * 1024 * 1024;
const SUFFIX = ".pack";

export interface PacksOptions {
  readonly folder: string;
  readonly handles: Handles;
  /** Unlike that of any run before: packs are named after it. */
  readonly run: string;
  /** A pack that has grown to this size is sealed and the next one begun. */
  readonly packBytes: number;
  /** So many bytes of what was put last are kept in memory. */
  readonly recentBytes: number;
  readonly logger?: Logger | undefined;
}

/**
 * Small objects, many to a file, of all groups together: what is put while a write is under way goes out
 * with the next one. A pack whose last object is removed is removed.
 */
export class Packs {
  readonly #options: PacksOptions;
  readonly #packs = new Map<string, Pack>();
  #active: Pack | undefined;
  #count = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #newNames = false;
  readonly #recent: Recent;

  private constructor(options: PacksOptions) {
    this.#options = options;
    this.#recent = new Recent(options.recentBytes);
  }

  static async open(options: PacksOptions): Promise<Packs> {
    const packs = new Packs(options);
    for (const name of await readdir(options.folder)) {
      if (!name.endsWith(SUFFIX)) continue;
      const file = { id: name.slice(0, -SUFFIX.length), path: join(options.folder, name) };
      const pack = await Pack.takeUp(options.handles, file);
      packs.#packs.set(pack.id, pack);
      if (pack.cutOff > 0) {
        options.logger?.warn({ pack: pack.id, bytes: pack.cutOff }, "a pack's unfinished end was cut off");
      }
      if (pack.isEmpty) await packs.#discard(pack);
    }
    return packs;
  }

  put(group: string, payload: Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ group, payload, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** What was put last is still in memory. */
  recent(key: string): Buffer | undefined {
    return this.#recent.get(key);
  }

  /** @throws AppError `not_stored`, `damaged_object` */
  async read(place: PackPlace): Promise<Buffer> {
    const key = keyOf(place);
    const recent = this.recent(key);
    if (recent !== undefined) return recent;
    const record = await this.#readRecord(place, recordSize(place.group, place.bytes));
    const header = headerAt(record, 0);
    if (header === undefined || !matches(header, place)) throw notStored(key);
    const payload = record.subarray(header.size - header.bytes);
    if (!isWhole(header, payload)) throw damaged(key);
    return payload;
  }

  async has(place: PackPlace): Promise<boolean> {
    try {
      const header = headerAt(await this.#readRecord(place, recordSize(place.group, 0)), 0);
      return header !== undefined && matches(header, place);
    } catch (error) {
      if (error instanceof AppError && error.code === "not_stored") return false;
      throw error;
    }
  }

  async sync(): Promise<void> {
    const newNames = this.#newNames;
    this.#newNames = false;
    try {
      await Promise.all([...this.#packs.values()].map((pack) => pack.sync()));
      if (newNames) await syncFolder(this.#options.folder);
    } catch (error) {
      this.#newNames ||= newNames;
      throw error;
    }
  }

  async *list(group: string): AsyncGenerator<readonly string[]> {
    for (const pack of [...this.#packs.values()]) {
      if (!(await pack.mayHold(group))) continue;
      const records = await pack.records(group);
      yield records.map(({ offset, bytes }) => keyOf({ kind: "pack", group, pack: pack.id, offset, bytes }));
    }
  }

  async groups(): Promise<Set<string>> {
    const groups = new Set<string>();
    for (const pack of [...this.#packs.values()]) {
      for (const { group } of await pack.records()) groups.add(group);
    }
    return groups;
  }

  async remove(places: readonly PackPlace[]): Promise<void> {
    for (const place of places) this.#recent.forget(keyOf(place));
    for (const [id, own] of byPack(places)) {
      const pack = this.#packs.get(id);
      if (pack !== undefined && !(await pack.remove(own))) await this.#discard(pack);
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    if (this.#active?.isRemoved === false) await this.#active.seal();
    this.#active = undefined;
  }

  async #readRecord(place: PackPlace, length: number): Promise<Buffer> {
    const pack = this.#packs.get(place.pack);
    if (pack === undefined || pack.isRemoved) throw notStored(keyOf(place));
    try {
      return await pack.read(place.offset, length);
    } catch (error) {
      if (isErrno(error, "ENOENT")) throw notStored(keyOf(place), error);
      throw error;
    }
  }

  async #writeAll(): Promise<void> {
    // One turn later, so that puts of the same instant meet.
    await Promise.resolve();
    const most = Math.min(BATCH_BYTES, this.#options.packBytes);
    while (this.#waiting.length > 0) await this.#writeBatch(takeBatch(this.#waiting, most));
    // In the same turn as the last look: a put that comes after it begins anew.
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    const pack = this.#active?.isRemoved === false ? this.#active : this.#begin();
    const bytes = encoded(batch);
    const start = pack.size;
    pack.count(batch.map(({ group }) => group));
    try {
      if (start === 0) await this.#create(pack);
      await pack.append(bytes);
    } catch (error) {
      await this.#giveUp(pack, batch.length);
      for (const { reject } of batch) reject(diskError(error));
      return;
    }
    this.#answer(batch, { pack: pack.id, start, bytes });
    await this.#sealWhenFull(pack);
  }

  #answer(
    batch: readonly Waiting[],
    { pack, start, bytes }: { readonly pack: string; readonly start: number; readonly bytes: Buffer },
  ): void {
    let offset = start;
    for (const { group, payload, resolve } of batch) {
      const length = payload.byteLength;
      const end = offset + recordSize(group, length);
      const key = keyOf({ kind: "pack", group, pack, offset, bytes: length });
      // Not what was put: that may be a piece of something much larger.
      this.#recent.add(key, bytes.subarray(end - start - length, end - start));
      resolve(key);
      offset = end;
    }
  }

  #begin(): Pack {
    this.#count += 1;
    const id = `${this.#options.run}-${this.#count.toString(36)}`;
    const pack = new Pack(this.#options.handles, { id, path: join(this.#options.folder, `${id}${SUFFIX}`) });
    this.#packs.set(id, pack);
    this.#active = pack;
    return pack;
  }

  async #create(pack: Pack): Promise<void> {
    await this.#options.handles.create(pack.path);
    this.#newNames = true;
  }

  /** After a failed write. What cannot be cut off here is cut off at the next start. */
  async #giveUp(pack: Pack, records: number): Promise<void> {
    if (this.#active === pack) this.#active = undefined;
    pack.uncount(records);
    if (pack.isEmpty) await this.#discard(pack).catch(() => undefined);
    else await pack.cutBack().catch(() => undefined);
  }

  async #sealWhenFull(pack: Pack): Promise<void> {
    if (pack.size < this.#options.packBytes) return;
    if (this.#active === pack) this.#active = undefined;
    // Without a seal the next start reads the pack through, no more.
    if (!pack.isRemoved) await pack.seal().catch(() => undefined);
  }

  async #discard(pack: Pack): Promise<void> {
    if (this.#active === pack) this.#active = undefined;
    pack.markRemoved();
    this.#packs.delete(pack.id);
    await this.#options.handles.forget(pack.path);
    await rm(pack.path, { force: true });
  }
}

function matches({ live, group, bytes }: RecordHeader, place: PackPlace): boolean {
  return live && group === place.group && bytes === place.bytes;
}

function byPack(places: readonly PackPlace[]): Map<string, PackPlace[]> {
  const packs = new Map<string, PackPlace[]>();
  for (const place of places) {
    const own = packs.get(place.pack);
    if (own === undefined) packs.set(place.pack, [place]);
    else own.push(place);
  }
  return packs;
}
