import { stat, truncate } from "node:fs/promises";
import { readFully, writeFully } from "./disk.ts";
import { footer, HEADER_BYTES, headerAt, REMOVED, STATE_OFFSET } from "./entry.ts";
import type { Handles } from "./handles.ts";
import { mergeReads } from "./mergeReads.ts";
import { isFinished, type Scanned, scan, wholeEnd } from "./scan.ts";

/** For more places of one pack than this it is quicker to read all its headers in a row. */
const SCAN_FROM = 32;

/** A summary of the entries of a pack. Groups are kept as 32-bit hashes, which suffice to skip a pack. */
interface Contents {
  live: number;
  readonly groups: Set<number>;
}

/** The entry that an object's key names. */
export interface EntryPlace {
  readonly group: string;
  readonly offset: number;
  readonly bytes: number;
}

/** One append-only file. The contents of a pack from an earlier run are read when they are first needed. */
export class Pack {
  readonly id: string;
  readonly path: string;
  size: number;
  unsynced = false;
  /** Bytes of unfinished entries that `reopen` cut off. */
  cutOff = 0;
  #removed = false;
  #contents: Contents | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #handles: Handles;

  constructor(
    handles: Handles,
    file: { readonly id: string; readonly path: string; readonly size?: number },
  ) {
    this.#handles = handles;
    this.id = file.id;
    this.path = file.path;
    this.size = file.size ?? 0;
    if (file.size === undefined) this.#contents = { live: 0, groups: new Set() };
  }

  /** Opens a file of an earlier run, and cuts off an entry that a kill left half written. */
  static async reopen(handles: Handles, file: { readonly id: string; readonly path: string }): Promise<Pack> {
    const { size } = await stat(file.path);
    const pack = new Pack(handles, { ...file, size });
    if (!(await handles.use(file.path, (handle) => isFinished(handle, size)))) await pack.#repair();
    return pack;
  }

  get isEmpty(): boolean {
    return this.#contents?.live === 0;
  }

  get isRemoved(): boolean {
    return this.#removed;
  }

  /** Counts entries before they are written, so that the pack does not count as empty meanwhile. */
  count(groups: readonly string[]): void {
    if (this.#contents === undefined) return;
    this.#contents.live += groups.length;
    for (const group of groups) this.#contents.groups.add(hash(group));
  }

  uncount(entries: number): void {
    if (this.#contents !== undefined) this.#contents.live -= entries;
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#handles.use(this.path, (handle) => writeFully(handle, bytes, this.size));
    this.size += bytes.length;
    this.unsynced = true;
  }

  /** Cuts off what a failed `append` wrote. */
  async cutBack(): Promise<void> {
    await this.#handles.use(this.path, (handle) => handle.truncate(this.size));
  }

  /** Marks the pack as complete. The next start reads a pack without this mark through, and cuts off nothing whole. */
  async finish(): Promise<void> {
    await this.append(footer());
  }

  async sync(): Promise<void> {
    if (!this.unsynced || this.#removed) return;
    this.unsynced = false;
    try {
      await this.#handles.use(this.path, (handle) => handle.datasync());
    } catch (error) {
      if (this.#removed) return;
      this.unsynced = true;
      throw error;
    }
  }

  /** Answers fewer bytes than asked for only at the end of the file. */
  readonly read = mergeReads((offset, length) =>
    this.#handles.use(this.path, (handle) => readFully(handle, length, offset)),
  );

  /** Whether the pack may hold an entry of the group. */
  async mayHold(group: string): Promise<boolean> {
    return (await this.#known()).groups.has(hash(group));
  }

  /** Live entries, those of one group if `group` is given. */
  async entries(group?: string): Promise<readonly Scanned[]> {
    if (this.#removed) return [];
    return await this.#handles.use(this.path, async (handle) => {
      const found: Scanned[] = [];
      const keep = (entry: Scanned) => {
        if (entry.live && (group === undefined || entry.group === group)) found.push(entry);
      };
      await scan(handle, this.size, { group, found: keep });
      return found;
    });
  }

  /** Marks entries as removed; resolves with whether any live entry is left. Without one the caller removes the pack. */
  remove(places: readonly EntryPlace[]): Promise<boolean> {
    const turn = this.#turn.then(() => this.#removeNow(places));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  markRemoved(): void {
    this.#removed = true;
  }

  async #removeNow(places: readonly EntryPlace[]): Promise<boolean> {
    if (this.#removed) return false;
    const contents = await this.#known();
    const offsets = await this.#liveOffsets(places);
    contents.live -= offsets.length;
    if (contents.live === 0) {
      // In the same turn as the count, so that nothing can be written to it in between.
      this.#removed = true;
      return false;
    }
    await this.#handles.use(this.path, async (handle) => {
      for (const offset of offsets) await handle.write(Uint8Array.of(REMOVED), 0, 1, offset + STATE_OFFSET);
    });
    return true;
  }

  /** Offsets of the places whose entries are live and as their keys say. */
  async #liveOffsets(places: readonly EntryPlace[]): Promise<number[]> {
    const unique = [...new Map(places.map((place) => [place.offset, place])).values()];
    const heads =
      unique.length > SCAN_FROM ? await this.#allHeads() : (place: EntryPlace) => this.#head(place);
    const live: number[] = [];
    for (const place of unique) {
      const head = await heads(place);
      if (head?.live && head.group === place.group && head.bytes === place.bytes) live.push(place.offset);
    }
    return live;
  }

  async #head({ group, offset }: EntryPlace) {
    return headerAt(await this.read(offset, HEADER_BYTES + group.length), 0);
  }

  async #allHeads() {
    const byOffset = new Map((await this.entries()).map((entry) => [entry.offset, entry]));
    return async (place: EntryPlace) => byOffset.get(place.offset);
  }

  async #known(): Promise<Contents> {
    this.#contents ??= contentsOf(await this.entries());
    return this.#contents;
  }

  async #repair(): Promise<void> {
    const end = await this.#handles.use(this.path, (handle) => wholeEnd(handle, this.size));
    this.cutOff = this.size - end;
    this.size = end;
    await truncate(this.path, this.size);
    this.#contents = contentsOf(await this.entries());
    if (!this.isEmpty) await this.finish();
  }
}

function contentsOf(entries: readonly Scanned[]): Contents {
  return { live: entries.length, groups: new Set(entries.map(({ group }) => hash(group))) };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
