import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorCode } from "../../../shared/codes.ts";
import { AppError, isErrno } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { syncFolder } from "../../../shared/syncFolder.ts";
import { damaged, notStored } from "../errors.ts";
import { keyOf, nameInRun, type PackedPlace } from "../key.ts";
import type { Located } from "../port.ts";
import type { Handles } from "./handles.ts";
import { PackLane } from "./lane.ts";
import { Pack } from "./pack.ts";
import { Recent } from "./recent.ts";
import { headerAt, isWhole, type RecordHeader, recordSize } from "./record.ts";

const SUFFIX = ".pack";
const UNUSABLE: ReadonlySet<ErrorCode> = new Set(["not_stored", "damaged_object"]);

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

/** Small objects, many to a file, of all groups together. A pack whose last object is removed is removed. */
export class Packs {
  readonly #options: PacksOptions;
  readonly #packs = new Map<string, Pack>();
  readonly #lane: PackLane;
  /** Apart, so that a `sync` of the durable packs does not write these. */
  readonly #notDurableLane: PackLane;
  /** Packs that `sync` leaves out until `makeDurable`. */
  readonly #notDurable = new Set<Pack>();
  #count = 0;
  #newNames = false;
  readonly #recent: Recent;

  private constructor(options: PacksOptions) {
    this.#options = options;
    this.#recent = new Recent(options.recentBytes);
    this.#lane = this.#newLane(true);
    this.#notDurableLane = this.#newLane(false);
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

  put(group: string, payload: Uint8Array, durable: boolean): Promise<string> {
    return (durable ? this.#lane : this.#notDurableLane).put(group, payload);
  }

  /** Lets the next `sync` include the packs that were not durable until now. */
  makeDurable(): void {
    if (this.#notDurable.size === 0) return;
    this.#notDurableLane.leave();
    this.#notDurable.clear();
    this.#newNames = true;
  }

  /** What was put last is still in memory. */
  recent(key: string): Buffer | undefined {
    return this.#recent.get(key);
  }

  /** @throws AppError `not_stored`, `damaged_object` */
  async read(place: PackedPlace): Promise<Buffer> {
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

  /** Who reads it there compares digests: the checksum is the store's own affair. */
  locate({ pack: id, offset, group }: PackedPlace): Located | undefined {
    const pack = this.#packs.get(id);
    if (pack === undefined || pack.isRemoved) return undefined;
    return { path: pack.path, start: offset + recordSize(group, 0) };
  }

  async isWhole(place: PackedPlace): Promise<boolean> {
    try {
      await this.read(place);
      return true;
    } catch (error) {
      if (error instanceof AppError && UNUSABLE.has(error.code)) return false;
      throw error;
    }
  }

  async has(place: PackedPlace): Promise<boolean> {
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
      const packs = [...this.#packs.values()].filter((pack) => !this.#notDurable.has(pack));
      await Promise.all(packs.map((pack) => pack.sync()));
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
      yield records.map(({ offset, bytes }) =>
        keyOf({ kind: "packed", group, pack: pack.id, offset, bytes }),
      );
    }
  }

  async groups(): Promise<Set<string>> {
    const groups = new Set<string>();
    for (const pack of [...this.#packs.values()]) {
      for (const { group } of await pack.records()) groups.add(group);
    }
    return groups;
  }

  async remove(places: readonly PackedPlace[]): Promise<void> {
    for (const place of places) this.#recent.forget(keyOf(place));
    for (const [id, own] of byPack(places)) {
      const pack = this.#packs.get(id);
      if (pack !== undefined && !(await pack.remove(own))) await this.#discard(pack);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#lane.close(), this.#notDurableLane.close()]);
  }

  async #readRecord(place: PackedPlace, length: number): Promise<Buffer> {
    const pack = this.#packs.get(place.pack);
    if (pack === undefined || pack.isRemoved) throw notStored(keyOf(place));
    try {
      return await pack.read(place.offset, length);
    } catch (error) {
      if (isErrno(error, "ENOENT")) throw notStored(keyOf(place), error);
      throw error;
    }
  }

  #newLane(durable: boolean): PackLane {
    return new PackLane({
      packBytes: this.#options.packBytes,
      begin: () => this.#begin(durable),
      create: (pack) => this.#create(pack, durable),
      discard: (pack) => this.#discard(pack),
      written: (key, payload) => this.#recent.add(key, payload),
    });
  }

  #begin(durable: boolean): Pack {
    this.#count += 1;
    const id = nameInRun(this.#options.run, this.#count);
    const pack = new Pack(this.#options.handles, { id, path: join(this.#options.folder, `${id}${SUFFIX}`) });
    this.#packs.set(id, pack);
    if (!durable) this.#notDurable.add(pack);
    return pack;
  }

  async #create(pack: Pack, durable: boolean): Promise<void> {
    await this.#options.handles.create(pack.path);
    this.#newNames ||= durable;
  }

  async #discard(pack: Pack): Promise<void> {
    pack.markRemoved();
    this.#packs.delete(pack.id);
    this.#notDurable.delete(pack);
    await this.#options.handles.forget(pack.path);
    await rm(pack.path, { force: true });
  }
}

function matches({ live, group, bytes }: RecordHeader, place: PackedPlace): boolean {
  return live && group === place.group && bytes === place.bytes;
}

function byPack(places: readonly PackedPlace[]): Map<string, PackedPlace[]> {
  const packs = new Map<string, PackedPlace[]>();
  for (const place of places) {
    const own = packs.get(place.pack);
    if (own === undefined) packs.set(place.pack, [place]);
    else own.push(place);
  }
  return packs;
}
