import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, lstatSync } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { isErrno } from "../../shared/errors.ts";
import { syncFolder } from "../../shared/syncFolder.ts";
import type { ByteStore } from "../store/port.ts";
import { SmallFiles } from "./smallFiles.ts";

/** Results this small are read at once rather than streamed. */
const SMALL_RESULT = 64 * 1024;

export interface ResultFile {
  readonly task: string;
  /** A plain file name, reserved in the record. */
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
}

/**
 * Whether a file stands under a name in the results folder. A record that does not know it (a new DATA_DIR, a
 * job that expired, another master over the same folder) must not give its name away. Synchronous, as names
 * are given inside a transaction; some microseconds for each new name.
 */
export function standsIn(folder: string): (task: string, name: string) => boolean {
  return (task, name) => lstatSync(join(folder, task, name), { throwIfNoEntry: false }) !== undefined;
}

/**
 * The folder that people look into. It is a projection: what stands in it can be made again from the
 * record and the store, so it needs no fsync; every file appears whole or not at all.
 */
export class ResultsFolder {
  readonly folder: string;
  readonly #store: ByteStore;
  readonly #patiently: (work: () => Promise<void>) => Promise<void>;
  /** Paths of folders that are there, by their names in this one. */
  readonly #ready = new Map<string, string>();
  /** By task, as clients read it. */
  readonly #shown = new Map<string, string>();
  readonly #smallFiles = new SmallFiles();
  #count = 0;

  /** `patiently` does what it is given, perhaps several times, until there is room on the disk for it. */
  constructor(
    folder: string,
    store: ByteStore,
    patiently: (work: () => Promise<void>) => Promise<void> = (work) => work(),
  ) {
    this.folder = folder;
    this.#store = store;
    this.#patiently = patiently;
  }

  /** Removes what a kill left half written. For the start: a folder of results has one master. */
  async sweep(): Promise<void> {
    await rm(join(this.folder, ".tmp"), { recursive: true, force: true });
  }

  /** As clients of the old service read it: `processed_results/<task>/<name>`. */
  savedAs(task: string, name: string): string {
    const known = this.#shown.get(task);
    const folder = known ?? posix.join(this.folder.replaceAll("\\", "/"), task);
    if (known === undefined) this.#shown.set(task, folder);
    return `${folder}/${name}`;
  }

  url(task: string, name: string): string {
    return `/results/${encodeURIComponent(task)}/${encodeURIComponent(name)}`;
  }

  /** Puts a result in its place, over an older version of itself if there is one. */
  async place(result: ResultFile): Promise<void> {
    await this.#patiently(() => this.#place(result));
  }

  async #place(result: ResultFile): Promise<void> {
    try {
      await this.#placeOnce(result);
    } catch (error) {
      // Somebody removed the folder while the master runs: it is made again, once.
      if (!isErrno(error, "ENOENT")) throw error;
      this.#ready.clear();
      await this.#placeOnce(result);
    }
  }

  /** Takes a result out of the folder; what is not there is no error. */
  async remove(task: string, name: string): Promise<void> {
    await rm(join(this.folder, task, name), { force: true });
  }

  /** Places it unless it stands there already, with the right digest if one is given; for restarts. */
  async restore(result: ResultFile & { readonly sha256?: string }): Promise<void> {
    const path = join(this.folder, result.task, result.name);
    const found = await stat(path).catch(() => undefined);
    const isThere = found?.size === result.bytes;
    if (isThere && (result.sha256 === undefined || (await digestOf(path)) === result.sha256)) return;
    await this.place(result);
    // Young again, and by its record old: the next power loss would take it unseen.
    await syncFile(path);
    await syncFolder(dirname(path));
  }

  async #placeOnce(result: ResultFile): Promise<void> {
    const { task, name } = result;
    // Neither name has anything to be resolved in it, and this is done for every file.
    const target = `${this.#ready.get(task) ?? (await this.#folderOf(task))}${sep}${name}`;
    const path = this.#store.localFiles?.pathOf(result.key);
    if (path !== undefined && (await linked(path, target))) return;
    this.#count += 1;
    const temporary = `${this.#ready.get(".tmp") ?? (await this.#folderOf(".tmp"))}${sep}${this.#count.toString(36)}`;
    if (path === undefined && result.bytes <= SMALL_RESULT) {
      const body = await this.#store.read(result.key);
      return await this.#smallFiles.write({ target, temporary, body });
    }
    try {
      await this.#write(result, temporary);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    // Renaming one link of a file over another link of it leaves both.
    if (path !== undefined) await rm(temporary, { force: true });
  }

  /** Over an older file a new link is renamed; where links are impossible there is a copy. */
  async #write(result: ResultFile, temporary: string): Promise<void> {
    const path = this.#store.localFiles?.pathOf(result.key);
    if (path !== undefined) return await link(path, temporary).catch(() => copyFile(path, temporary));
    await pipeline(await this.#store.get(result.key), createWriteStream(temporary, { flags: "wx" }));
  }

  async #folderOf(task: string): Promise<string> {
    const folder = join(this.folder, task);
    await mkdir(folder, { recursive: true });
    this.#ready.set(task, folder);
    return folder;
  }
}

/** Large results are linked, not written twice. False when something stands there, or links are impossible. */
async function linked(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw error;
    return false;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
