import { Batcher } from "../../../shared/async/batcher.ts";
import { keyOf } from "../key.ts";
import { encoded, type PendingObject, takeBatch } from "./batch.ts";
import { diskError } from "./disk.ts";
import type { Pack } from "./pack.ts";
import { recordSize } from "./record.ts";

/** Written at once at most. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface PackLaneDeps {
  /** A pack that has grown to this size is sealed and the next one begun. */
  readonly packBytes: number;
  /** A new pack, known from now on; it has no file yet. */
  readonly begin: () => Pack;
  readonly create: (pack: Pack) => Promise<void>;
  readonly discard: (pack: Pack) => Promise<void>;
  /** Told of each object that was written. */
  readonly written: (key: string, payload: Uint8Array) => void;
}

/**
 * Objects that are appended to one pack after the other. What is put while a write is under way goes out with the
 * next one.
 */
export class PackLane {
  readonly #deps: PackLaneDeps;
  #active: Pack | undefined;
  readonly #writes: Batcher<PendingObject>;

  constructor(deps: PackLaneDeps) {
    this.#deps = deps;
    const most = Math.min(BATCH_BYTES, deps.packBytes);
    this.#writes = new Batcher({
      run: (batch) => this.#writeBatch(batch),
      take: (waiting) => takeBatch(waiting, most),
    });
  }

  put(group: string, payload: Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#writes.add({ group, payload, resolve, reject });
    });
  }

  /** The next object begins a pack. Without a seal the next start reads this one through, no more. */
  leave(pack = this.#active): void {
    if (this.#active === pack) this.#active = undefined;
  }

  async close(): Promise<void> {
    await this.#writes.idle();
    if (this.#active?.isRemoved === false) await this.#active.seal();
    this.#active = undefined;
  }

  async #writeBatch(batch: readonly PendingObject[]): Promise<void> {
    const pack = this.#active?.isRemoved === false ? this.#active : this.#deps.begin();
    this.#active = pack;
    const bytes = encoded(batch);
    const start = pack.size;
    pack.count(batch.map(({ group }) => group));
    try {
      if (start === 0) await this.#deps.create(pack);
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
    batch: readonly PendingObject[],
    { pack, start, bytes }: { readonly pack: string; readonly start: number; readonly bytes: Buffer },
  ): void {
    let offset = start;
    for (const { group, payload, resolve } of batch) {
      const length = payload.byteLength;
      const end = offset + recordSize(group, length);
      const key = keyOf({ kind: "packed", group, pack, offset, bytes: length });
      // Not what was put: that may be a piece of something much larger.
      this.#deps.written(key, bytes.subarray(end - start - length, end - start));
      resolve(key);
      offset = end;
    }
  }

  /** After a failed write. What cannot be cut off here is cut off at the next start. */
  async #giveUp(pack: Pack, records: number): Promise<void> {
    this.leave(pack);
    pack.uncount(records);
    if (pack.isEmpty) await this.#deps.discard(pack).catch(() => undefined);
    else await pack.cutBack().catch(() => undefined);
  }

  async #sealWhenFull(pack: Pack): Promise<void> {
    if (pack.size < this.#deps.packBytes) return;
    this.leave(pack);
    // Without a seal the next start reads the pack through, no more.
    if (!pack.isRemoved) await pack.seal().catch(() => undefined);
  }
}
