import { linkSync, lstatSync, renameSync } from "node:fs";
import { lstat, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Semaphore } from "../../../shared/async/semaphore.ts";
import { isErrno } from "../../../shared/errors.ts";
import { syncFolder } from "../../../shared/syncFolder.ts";
import { damaged, notStored } from "../errors.ts";
import { isSingleOf, keyOf, nameInRun, placeOf, type SinglePlace } from "../key.ts";
import type { ByteRange, LinkedFile, StoredObject } from "../port.ts";
import { digestOf } from "./digest.ts";
import {
  appendFully,
  diskError,
  readFully,
  TO_APPEND,
  TO_CHANGE,
  TO_CREATE,
  TO_READ,
  withFile,
} from "./disk.ts";

const READ_BYTES = 256 * 1024;

export interface LargeFilesOptions {
  readonly folder: string;
  /** Folder for files that are not whole yet, on the same file system. */
  readonly temporary: string;
  /** Bounds how many files are read or written at the same time. */
  readonly atOnce: Semaphore;
  readonly run: string;
}

/** A large object that comes in. Its file is open only during a write. */
export interface LargeWriter {
  append(chunks: readonly Uint8Array[]): Promise<void>;
  /** Gives the file its name: from now on the object is there, and whole. */
  finish(group: string, bytes: number): Promise<string>;
  abort(): Promise<void>;
}

/** Large objects, one file each, all in one folder: that is one fsync for the names of all new ones. */
export class LargeFiles {
  readonly #options: LargeFilesOptions;
  #count = 0;
  #unsynced = new Set<string>();
  /** Files that `sync` leaves out until `makeDurable`. */
  #notDurable = new Set<string>();
  #newNames = false;

  constructor(options: LargeFilesOptions) {
    this.#options = options;
  }

  write(durable: boolean): LargeWriter {
    const name = this.#nextName();
    const temporary = join(this.#options.temporary, name);
    let flags = TO_CREATE;
    return {
      append: async (chunks) => {
        await this.#append(temporary, flags, chunks);
        flags = TO_APPEND;
      },
      finish: async (group, bytes) => {
        const key = keyOf({ kind: "single", group, name, bytes });
        renameSync(temporary, this.path(key));
        (durable ? this.#unsynced : this.#notDurable).add(key);
        this.#newNames ||= durable;
        return key;
      },
      abort: () => rm(temporary, { force: true }),
    };
  }

  /**
   * Moves a file in if no other process can reach it: a plain file of this user, with one name only, on the same file
   * system. Otherwise undefined, and the file stays where it is. The calls for names are synchronous, as each would
   * cost ten times as much through Node's thread pool.
   */
  async move(path: string, group: string): Promise<StoredObject | undefined> {
    const found = lstatSync(path);
    const bytes = found.size;
    if (!found.isFile() || found.nlink !== 1 || found.uid !== process.getuid?.()) return undefined;
    const key = keyOf({ kind: "single", group, name: this.#nextName(), bytes });
    // The move comes first, so that the file cannot change after its digest.
    if (!moved(path, this.path(key))) return undefined;
    try {
      const sha256 = await this.#open(key, (stored) =>
        withFile(stored, TO_READ, async (file) => {
          const digest = await digestOf(file, bytes);
          // While the file is open: opening it again for the next `sync` costs more.
          await file.datasync();
          return digest;
        }),
      );
      this.#newNames = true;
      return { key, bytes, sha256 };
    } catch (error) {
      await rm(this.path(key), { force: true });
      throw error;
    }
  }

  /** Gives a synced file of this user a second name here. Undefined where the file system has none, or for another file. */
  link(path: string, { group, bytes, sha256 }: LinkedFile): StoredObject | undefined {
    const found = lstatSync(path);
    if (!found.isFile() || found.size !== bytes) return undefined;
    const key = keyOf({ kind: "single", group, name: this.#nextName(), bytes });
    try {
      linkSync(path, this.path(key));
    } catch (error) {
      if (isErrno(error, "EXDEV", "EPERM", "EMLINK", "ENOTSUP", "ENOSYS")) return undefined;
      throw error;
    }
    this.#newNames = true;
    return { key, bytes, sha256 };
  }

  /** Lets the next `sync` include the files that were not durable until now. */
  makeDurable(): void {
    for (const key of this.#notDurable) this.#unsynced.add(key);
    this.#newNames ||= this.#notDurable.size > 0;
    this.#notDurable = new Set();
  }

  /** Files that wait for a `sync`. */
  get unsynced(): number {
    return this.#unsynced.size;
  }

  path(key: string): string {
    return join(this.#options.folder, key);
  }

  /** @throws AppError `not_stored`, `damaged_object` */
  async read(place: SinglePlace): Promise<Buffer> {
    const key = keyOf(place);
    const bytes = await this.#open(key, (path) =>
      withFile(path, TO_READ, (handle) => readFully(handle, place.bytes, 0)),
    );
    if (bytes.length !== place.bytes) throw damaged(key);
    return bytes;
  }

  /** The file is opened when the stream is first read, so that streams may wait in numbers. */
  async stream(place: SinglePlace, range: ByteRange): Promise<Readable> {
    const key = keyOf(place);
    if (!(await this.has(place))) throw notStored(key);
    if (range.end < range.start) return Readable.from([]);
    return Readable.from(this.#chunks(key, range), { objectMode: false, highWaterMark: READ_BYTES });
  }

  async has({ bytes, ...place }: SinglePlace): Promise<boolean> {
    try {
      const found = await lstat(this.path(keyOf({ ...place, bytes })));
      return found.isFile() && found.size === bytes;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    }
  }

  async sync(): Promise<void> {
    const keys = [...this.#unsynced];
    const newNames = this.#newNames;
    this.#unsynced = new Set();
    this.#newNames = false;
    try {
      await Promise.all(keys.map((key) => this.#syncFile(key)));
      if (newNames) await syncFolder(this.#options.folder);
    } catch (error) {
      for (const key of keys) this.#unsynced.add(key);
      this.#newNames ||= newNames;
      throw error;
    }
  }

  async *list(group: string): AsyncGenerator<string> {
    for (const key of await readdir(this.#options.folder)) {
      if (isSingleOf(group, key)) yield key;
    }
  }

  async groups(): Promise<Set<string>> {
    const places = (await readdir(this.#options.folder)).map(placeOf);
    return new Set(places.flatMap((place) => (place === undefined ? [] : [place.group])));
  }

  async remove(places: readonly SinglePlace[]): Promise<void> {
    await Promise.all(
      places.map((place) =>
        this.#options.atOnce.use(async () => {
          const key = keyOf(place);
          await rm(this.path(key), { force: true });
          this.#unsynced.delete(key);
          this.#notDurable.delete(key);
        }),
      ),
    );
  }

  #nextName(): string {
    this.#count += 1;
    return nameInRun(this.#options.run, this.#count);
  }

  async #append(path: string, flags: number, chunks: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#options.atOnce.use(() => withFile(path, flags, (handle) => appendFully(handle, chunks)));
    } catch (error) {
      throw diskError(error);
    }
  }

  async #syncFile(key: string): Promise<void> {
    try {
      await this.#options.atOnce.use(() =>
        withFile(this.path(key), TO_CHANGE, (handle) => handle.datasync()),
      );
    } catch (error) {
      // The object was removed meanwhile.
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }

  async #open<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    try {
      return await this.#options.atOnce.use(() => work(this.path(key)));
    } catch (error) {
      if (isErrno(error, "ENOENT")) throw notStored(key, error);
      throw error;
    }
  }

  async *#chunks(key: string, { start, end }: ByteRange): AsyncGenerator<Buffer> {
    const handle = await this.#open(key, (path) => open(path, TO_READ));
    yield* handle.createReadStream({ start, end, highWaterMark: READ_BYTES });
  }
}

function moved(path: string, target: string): boolean {
  try {
    renameSync(path, target);
    return true;
  } catch (error) {
    if (isErrno(error, "EXDEV")) return false;
    throw error;
  }
}
