import { stat, truncate } from "node:fs/promises";
import { readFully, writeFully } from "./disk.ts";
import { gatherReads } from "./gather.ts";
import type { Handles } from "./handles.ts";
import { HEADER_BYTES, headerAt, REMOVED, STATE_OFFSET, seal } from "./record.ts";
import { isSealed, type Scanned, scan, wholeEnd } from "./scan.ts";

/** Above this many places of one pack it is quicker to read all its heads in a row. */
const SCAN_FROM = 32;

/** What is known of the records of a pack. Groups are kept as 32-bit hashes: enough to pass a pack over. */
interface Census {
  live: number;
  readonly groups: Set<number>;
}

/** What an object's key tells of a record. */
export interface RecordPlace {
  readonly group: string;
  readonly offset: number;
  readonly bytes: number;
}

/** One append-only file. Of a pack from an earlier run nothing but its size is known until it is needed. */
export class Pack {
  readonly id: string;
  readonly path: string;
  size: number;
  unsynced = false;
  /** Bytes of unfinished records that `takeUp` removed. */
  cutOff = 0;
  #removed = false;
  #census: Census | undefined;
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
    if (file.size === undefined) this.#census = { live: 0, groups: new Set() };
  }

  /** Takes up a file of an earlier run; cuts off what a kill left half written. */
  static async takeUp(handles: Handles, file: { readonly id: string; readonly path: string }): Promise<Pack> {
    const { size } = await stat(file.path);
    const pack = new Pack(handles, { ...file, size });
    if (!(await handles.use(file.path, (handle) => isSealed(handle, size)))) await pack.#repair();
    return pack;
  }

  get isEmpty(): boolean {
    return this.#census?.live === 0;
  }

  get isRemoved(): boolean {
    return this.#removed;
  }

  /** Counts records that are about to be written, so that the pack is not taken for empty meanwhile. */
  count(groups: readonly string[]): void {
    if (this.#census === undefined) return;
    this.#census.live += groups.length;
    for (const group of groups) this.#census.groups.add(hash(group));
  }

  uncount(records: number): void {
    if (this.#census !== undefined) this.#census.live -= records;
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#handles.use(this.path, (handle) => writeFully(handle, bytes, this.size));
    this.size += bytes.length;
    this.unsynced = true;
  }

  /** Gives back what a failed `append` wrote. */
  async cutBack(): Promise<void> {
    await this.#handles.use(this.path, (handle) => handle.truncate(this.size));
  }

  async seal(): Promise<void> {
    await this.append(seal());
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

  /** Fewer bytes only at its end. */
  readonly read = gatherReads((offset, length) =>
    this.#handles.use(this.path, (handle) => readFully(handle, length, offset)),
  );

  /** Whether a record of the group may be in here. */
  async mayHold(group: string): Promise<boolean> {
    return (await this.#known()).groups.has(hash(group));
  }

  /** Live records, of one group if one is named. */
  async records(group?: string): Promise<readonly Scanned[]> {
    if (this.#removed) return [];
    return await this.#handles.use(this.path, async (handle) => {
      const found: Scanned[] = [];
      const keep = (record: Scanned) => {
        if (record.live && (group === undefined || record.group === group)) found.push(record);
      };
      await scan(handle, this.size, { group, found: keep });
      return found;
    });
  }

  /** Marks records as removed; resolves with whether any is left. When none is, the pack is to be removed. */
  remove(places: readonly RecordPlace[]): Promise<boolean> {
    const turn = this.#turn.then(() => this.#removeNow(places));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** From now on nothing is in here. */
  markRemoved(): void {
    this.#removed = true;
  }

  async #removeNow(places: readonly RecordPlace[]): Promise<boolean> {
    if (this.#removed) return false;
    const census = await this.#known();
    const offsets = await this.#liveOffsets(places);
    census.live -= offsets.length;
    if (census.live === 0) {
      // In the same turn as the count, so that nothing can be written to it in between.
      this.#removed = true;
      return false;
    }
    await this.#handles.use(this.path, async (handle) => {
      for (const offset of offsets) await handle.write(Uint8Array.of(REMOVED), 0, 1, offset + STATE_OFFSET);
    });
    return true;
  }

  /** Offsets of those places that are what their keys say and not removed yet. */
  async #liveOffsets(places: readonly RecordPlace[]): Promise<number[]> {
    const unique = [...new Map(places.map((place) => [place.offset, place])).values()];
    const heads =
      unique.length > SCAN_FROM ? await this.#allHeads() : (place: RecordPlace) => this.#head(place);
    const live: number[] = [];
    for (const place of unique) {
      const head = await heads(place);
      if (head?.live && head.group === place.group && head.bytes === place.bytes) live.push(place.offset);
    }
    return live;
  }

  async #head({ group, offset }: RecordPlace) {
    return headerAt(await this.read(offset, HEADER_BYTES + group.length), 0);
  }

  async #allHeads() {
    const byOffset = new Map((await this.records()).map((record) => [record.offset, record]));
    return async (place: RecordPlace) => byOffset.get(place.offset);
  }

  async #known(): Promise<Census> {
    this.#census ??= censusOf(await this.records());
    return this.#census;
  }

  async #repair(): Promise<void> {
    const end = await this.#handles.use(this.path, (handle) => wholeEnd(handle, this.size));
    this.cutOff = this.size - end;
    this.size = end;
    await truncate(this.path, this.size);
    this.#census = censusOf(await this.records());
    if (!this.isEmpty) await this.seal();
  }
}

function censusOf(records: readonly Scanned[]): Census {
  return { live: records.length, groups: new Set(records.map(({ group }) => hash(group))) };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    value = Math.imul(value ^ text.charCodeAt(place), 0x01000193);
  }
  return value >>> 0;
}
