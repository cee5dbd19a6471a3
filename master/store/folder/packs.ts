import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorCode } from "../../../shared/codes.ts";
import { AppError, isErrno } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { syncFolder } from "../../../shared/syncFolder.ts";
import { damaged, notStored } from "../errors.ts";
import { keyOf, nameInRun, type PackedPlace } from "../key.ts";
import type { Located } from "../port.ts";
import { type EntryHeader, entrySize, headerAt, isWhole } from "./entry.ts";
import type { Handles } from "./handles.ts";
import { Pack } from "./pack.ts";
import { PackWriter } from "./packWriter.ts";
import { Recent } from "./recent.ts";

const SUFFIX = ".pack";
const UNUSABLE: ReadonlySet<ErrorCode> = new Set(["not_stored", "damaged_object"]);

export interface PacksOptions {
  readonly folder: string;
  readonly handles: Handles;
  /** Differs from that of every other run; names of packs begin with it. */
  readonly run: string;
  /** Size at which a pack is finished and the next one begun. */
  readonly packBytes: number;
  /** Bytes of the newest objects that are kept in memory, too. */
  readonly recentBytes: number;
  readonly logger?: Logger | undefined;
}

/** Small objects of all groups, many to a file. A pack is removed with its last object. */
export class Packs {
  readonly #options: PacksOptions;
  readonly #packs = new Map<string, Pack>();
  readonly #writer: PackWriter;
  /** Apart, so that a `sync` of the durable packs does not write these. */
  readonly #notDurableWriter: PackWriter;
  /** Packs that `sync` leaves out until `makeDurable`. */
  readonly #notDurable = new Set<Pack>();
  #count = 0;
  #newNames = false;
  readonly #recent: Recent;

  private constructor(options: PacksOptions) {
    this.#options = options;
    this.#recent = new Recent(options.recentBytes);
    this.#writer = this.#newWriter(true);
    this.#notDurableWriter = this.#newWriter(false);
  }

  static async open(options: PacksOptions): Promise<Packs> {
    const packs = new Packs(options);
    for (const name of await readdir(options.folder)) {
      if (!name.endsWith(SUFFIX)) continue;
      const file = { id: name.slice(0, -SUFFIX.length), path: join(options.folder, name) };
      const pack = await Pack.reopen(options.handles, file);
      packs.#packs.set(pack.id, pack);
      if (pack.cutOff > 0) {
        options.logger?.warn(
          { pack: pack.id, bytes: pack.cutOff },
          "an entry of a pack was left half written by a kill and has been cut off",
        );
      }
      if (pack.isEmpty) await packs.#discard(pack);
    }
    return packs;
  }

  put(group: string, payload: Uint8Array, durable: boolean): Promise<string> {
    return (durable ? this.#writer : this.#notDurableWriter).put(group, payload);
  }

  /** Lets the next `sync` include the packs that were not durable until now. */
  makeDurable(): void {
    if (this.#notDurable.size === 0) return;
    this.#notDurableWriter.leave();
    this.#notDurable.clear();
    this.#newNames = true;
  }

  /** A copy of the object if it is among the newest, which are still in memory. */
  recent(key: string): Buffer | undefined {
    return this.#recent.get(key);
  }

  /** @throws AppError `not_stored`, `damaged_object` */
  async read(place: PackedPlace): Promise<Buffer> {
    const key = keyOf(place);
    const recent = this.recent(key);
    if (recent !== undefined) return recent;
    const entry = await this.#readEntry(place, entrySize(place.group, place.bytes));
    const header = headerAt(entry, 0);
    if (header === undefined || !matches(header, place)) throw notStored(key);
    const payload = entry.subarray(header.size - header.bytes);
    if (!isWhole(header, payload)) throw damaged(key);
    return payload;
  }

  /** The reader of the file compares digests, as the checksum is known to the store only. */
  locate({ pack: id, offset, group }: PackedPlace): Located | undefined {
    const pack = this.#packs.get(id);
    if (pack === undefined || pack.isRemoved) return undefined;
    return { path: pack.path, start: offset + entrySize(group, 0) };
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
      const header = headerAt(await this.#readEntry(place, entrySize(place.group, 0)), 0);
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
      const entries = await pack.entries(group);
      yield entries.map(({ offset, bytes }) =>
        keyOf({ kind: "packed", group, pack: pack.id, offset, bytes }),
      );
    }
  }

  async groups(): Promise<Set<string>> {
    const groups = new Set<string>();
    for (const pack of [...this.#packs.values()]) {
      for (const { group } of await pack.entries()) groups.add(group);
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
    await Promise.all([this.#writer.close(), this.#notDurableWriter.close()]);
  }

  async #readEntry(place: PackedPlace, length: number): Promise<Buffer> {
    const pack = this.#packs.get(place.pack);
    if (pack === undefined || pack.isRemoved) throw notStored(keyOf(place));
    try {
      return await pack.read(place.offset, length);
    } catch (error) {
      if (isErrno(error, "ENOENT")) throw notStored(keyOf(place), error);
      throw error;
    }
  }

  #newWriter(durable: boolean): PackWriter {
    return new PackWriter({
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

function matches({ live, group, bytes }: EntryHeader, place: PackedPlace): boolean {
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
