import { Batcher } from "../../../shared/async/batcher.ts";
import { keyOf } from "../key.ts";
import { encoded, type PendingObject, takeBatch } from "./batch.ts";
import { diskError } from "./disk.ts";
import { entrySize } from "./entry.ts";
import type { Pack } from "./pack.ts";

/** Most payload bytes in one write. */
const BATCH_BYTES = 4 * 1024 * 1024;

export interface PackWriterDeps {
  /** The writer finishes a pack of this size and begins the next. */
  readonly packBytes: number;
  /** Makes a pack that has no file yet. */
  readonly begin: () => Pack;
  readonly create: (pack: Pack) => Promise<void>;
  readonly discard: (pack: Pack) => Promise<void>;
  /** Called for each object that was written. */
  readonly written: (key: string, payload: Uint8Array) => void;
}

/** Appends objects to one pack after the other; objects that come during a write share the next write. */
export class PackWriter {
  readonly #deps: PackWriterDeps;
  #active: Pack | undefined;
  readonly #writes: Batcher<PendingObject>;

  constructor(deps: PackWriterDeps) {
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

  /** Lets the next object begin a new pack. */
  leave(pack = this.#active): void {
    if (this.#active === pack) this.#active = undefined;
  }

  async close(): Promise<void> {
    await this.#writes.idle();
    if (this.#active?.isRemoved === false) await this.#active.finish();
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
      await this.#undo(pack, batch.length);
      for (const { reject } of batch) reject(diskError(error));
      return;
    }
    this.#answer(batch, { pack: pack.id, start, bytes });
    await this.#finishWhenFull(pack);
  }

  #answer(
    batch: readonly PendingObject[],
    { pack, start, bytes }: { readonly pack: string; readonly start: number; readonly bytes: Buffer },
  ): void {
    let offset = start;
    for (const { group, payload, resolve } of batch) {
      const length = payload.byteLength;
      const end = offset + entrySize(group, length);
      const key = keyOf({ kind: "packed", group, pack, offset, bytes: length });
      // Not the payload that was put: that may be a view of a much larger buffer.
      this.#deps.written(key, bytes.subarray(end - start - length, end - start));
      resolve(key);
      offset = end;
    }
  }

  /** Undoes a failed write. What cannot be cut off now is cut off at the next start. */
  async #undo(pack: Pack, entries: number): Promise<void> {
    this.leave(pack);
    pack.uncount(entries);
    if (pack.isEmpty) await this.#deps.discard(pack).catch(() => undefined);
    else await pack.cutBack().catch(() => undefined);
  }

  async #finishWhenFull(pack: Pack): Promise<void> {
    if (pack.size < this.#deps.packBytes) return;
    this.leave(pack);
    if (!pack.isRemoved) await pack.finish().catch(() => undefined);
  }
}
