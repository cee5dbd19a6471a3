import { type FileHandle, open } from "node:fs/promises";
import type { Semaphore } from "../../../shared/async/semaphore.ts";
import { TO_CHANGE, TO_CREATE } from "./disk.ts";

/** Files that stay open while they are not in use. */
const KEPT_OPEN = 16;

interface Entry {
  readonly handle: Promise<FileHandle>;
  users: number;
}

/** Open packs: those used last stay open, and `atOnce` bounds how many are in use at the same time. */
export class Handles {
  readonly #atOnce: Semaphore;
  readonly #entries = new Map<string, Entry>();

  constructor(atOnce: Semaphore) {
    this.#atOnce = atOnce;
  }

  create(path: string): Promise<void> {
    return this.#use(path, TO_CREATE, async () => undefined);
  }

  use<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    return this.#use(path, TO_CHANGE, work);
  }

  /** Closes a file, at once or with the end of its last use. */
  async forget(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    this.#entries.delete(path);
    if (entry?.users === 0) await (await entry.handle).close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((path) => this.forget(path)));
  }

  #use<T>(path: string, flags: number, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    return this.#atOnce.use(async () => {
      const entry = this.#entries.get(path) ?? { handle: open(path, flags), users: 0 };
      entry.users += 1;
      this.#entries.delete(path);
      this.#entries.set(path, entry);
      try {
        return await work(await this.#opened(path, entry));
      } finally {
        entry.users -= 1;
        await this.#closeUnused(path, entry);
      }
    });
  }

  async #opened(path: string, entry: Entry): Promise<FileHandle> {
    try {
      return await entry.handle;
    } catch (error) {
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
      throw error;
    }
  }

  async #closeUnused(path: string, entry: Entry): Promise<void> {
    if (entry.users > 0) return;
    if (this.#entries.get(path) !== entry)
      await entry.handle.then(
        (handle) => handle.close(),
        () => undefined,
      );
    if (this.#entries.size <= KEPT_OPEN) return;
    for (const [idle, { users }] of this.#entries) {
      if (users === 0) return await this.forget(idle);
    }
  }
}
