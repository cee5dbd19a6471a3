import { createHash } from "node:crypto";
import { constants, createReadStream, createWriteStream, lstatSync } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { isErrno } from "../../shared/errors.ts";
import { syncFolder } from "../../shared/syncFolder.ts";
import type { ByteStore } from "../store/port.ts";
import { SmallFiles } from "./smallFiles.ts";

/** Results up to this size are read whole and written by a thread; larger ones are streamed. */
const SMALL_RESULT = 64 * 1024;
/** Subfolder for files that are not complete; no task has this name. */
const TEMPORARY = ".tmp";

export interface ResultFile {
  readonly task: string;
  /** Plain file name that the record reserved for this result. */
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
}

export interface ResultsFolderDeps {
  readonly folder: string;
  readonly store: ByteStore;
  /** Runs a write again until the disk has space for it; by default a full disk is an error. */
  readonly retryWhileFull?: (write: () => Promise<void>) => Promise<void>;
}

/**
 * Whether the results folder has a file under a name. The record reserves no such name, because the file may
 * belong to a job that this record does not know: of another DATA_DIR, of another master, or one that was removed.
 * Synchronous, because the record reserves names inside a transaction; a call takes some microseconds.
 */
export function resultExistsIn(folder: string): (task: string, name: string) => boolean {
  return (task, name) => lstatSync(join(folder, task, name), { throwIfNoEntry: false }) !== undefined;
}

/**
 * The folder in which people find results: links to objects of the store, or copies of them. Record and store can
 * make every file again, so writes are not synced; a file appears whole or not at all.
 */
export class ResultsFolder {
  readonly folder: string;
  readonly #store: ByteStore;
  readonly #retryWhileFull: (write: () => Promise<void>) => Promise<void>;
  /** Paths of subfolders that exist, by their names. */
  readonly #subfolders = new Map<string, string>();
  /** Subfolders as `savedAs` shows them, by task. */
  readonly #shown = new Map<string, string>();
  readonly #smallFiles = new SmallFiles();
  #temporaryFiles = 0;

  constructor({ folder, store, retryWhileFull = (write) => write() }: ResultsFolderDeps) {
    this.folder = folder;
    this.#store = store;
    this.#retryWhileFull = retryWhileFull;
  }

  /** Removes the incomplete files of a master that was killed. Called at the start: a results folder has one master. */
  async sweep(): Promise<void> {
    await rm(join(this.folder, TEMPORARY), { recursive: true, force: true });
  }

  /** Path of a result as the classic service wrote it in its answers: `processed_results/<task>/<name>`. */
  savedAs(task: string, name: string): string {
    const known = this.#shown.get(task);
    const folder = known ?? posix.join(this.folder.replaceAll("\\", "/"), task);
    if (known === undefined) this.#shown.set(task, folder);
    return `${folder}/${name}`;
  }

  url(task: string, name: string): string {
    return `/results/${encodeURIComponent(task)}/${encodeURIComponent(name)}`;
  }

  /** Writes a result under its name and replaces an older file of that name. */
  async put(result: ResultFile): Promise<void> {
    await this.#retryWhileFull(() => this.#put(result));
  }

  /** Removes a result; a result that is not there is no error. */
  async remove(task: string, name: string): Promise<void> {
    await rm(join(this.folder, task, name), { force: true });
  }

  /**
   * Writes a result again after a restart, unless its file is there with the right size and, where one is given,
   * the right digest.
   */
  async restore(result: ResultFile & { readonly sha256?: string }): Promise<void> {
    const path = join(this.folder, result.task, result.name);
    const found = await stat(path).catch(() => undefined);
    const sizeIsRight = found?.size === result.bytes;
    if (sizeIsRight && (result.sha256 === undefined || (await digestOf(path)) === result.sha256)) return;
    await this.put(result);
    // The record says that this file ended long ago, so the next start would not look at its digest.
    await syncFile(path);
    await syncFolder(dirname(path));
  }

  async #put(result: ResultFile): Promise<void> {
    try {
      await this.#putOnce(result);
    } catch (error) {
      // The subfolder was removed while the master runs; it is created again, once.
      if (!isErrno(error, "ENOENT")) throw error;
      this.#subfolders.clear();
      await this.#putOnce(result);
    }
  }

  async #putOnce(result: ResultFile): Promise<void> {
    const { task, name } = result;
    // Not `join`: both names are plain, and this runs for each file.
    const target = `${this.#subfolders.get(task) ?? (await this.#subfolder(task))}${sep}${name}`;
    const path = this.#store.localFiles?.pathOf(result.key);
    if (path !== undefined && (await linked(path, target))) return;
    // Numbered before the wait for the subfolder: two writes must never share a temporary name.
    this.#temporaryFiles += 1;
    const temporaryName = this.#temporaryFiles.toString(36);
    const temporary = `${this.#subfolders.get(TEMPORARY) ?? (await this.#subfolder(TEMPORARY))}${sep}${temporaryName}`;
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
    // A rename of one link onto another link of the same file leaves both.
    if (path !== undefined) await rm(temporary, { force: true });
  }

  /** Links or copies an object of the store to a new path. */
  async #write(result: ResultFile, temporary: string): Promise<void> {
    const path = this.#store.localFiles?.pathOf(result.key);
    if (path !== undefined) return await linkOrCopy(path, temporary);
    await pipeline(await this.#store.get(result.key), createWriteStream(temporary, { flags: "wx" }));
  }

  async #subfolder(name: string): Promise<string> {
    const folder = join(this.folder, name);
    await mkdir(folder, { recursive: true });
    this.#subfolders.set(name, folder);
    return folder;
  }
}

/** Links a file of the store to a new name. False when the name is in use, or links are impossible. */
async function linked(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw error;
    return false;
  }
}

async function linkOrCopy(path: string, temporary: string): Promise<void> {
  // Exclusive, as a copy onto another link would overwrite an object of the store.
  await link(path, temporary).catch(() => copyFile(path, temporary, constants.COPYFILE_EXCL));
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
