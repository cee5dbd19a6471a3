import { constants, createWriteStream } from "node:fs";
import { copyFile, link, lstat, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, isErrno } from "../../shared/errors.ts";
import { syncFolder } from "../../shared/syncFolder.ts";
import type { ByteStore } from "../store/port.ts";
import { type Placing, SmallFiles } from "./smallFiles.ts";
import { type Standing, type StandingDeps, standingAt } from "./standing.ts";

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
  readonly sha256?: string | undefined;
}

/** Whether a result has its name in the folder, or the file of another owner has it. */
export type Placed = "placed" | "taken";

type Retry = <T>(work: () => Promise<T>) => Promise<T>;

export interface ResultsFolderDeps {
  readonly folder: string;
  readonly store: ByteStore;
  /** Tells this master from others over the same folder; one word. */
  readonly master?: string;
  /** Runs work again until the disk has space for it and the store answers; by default both are errors. */
  readonly retryWhileFull?: Retry;
}

/**
 * The folder in which people find results: links to objects of the store, or copies of them. Record and store can
 * make every file again, so writes are not synced; a file appears whole or not at all, and never over the file of another
 * owner: several masters and people may share the folder.
 */
export class ResultsFolder {
  readonly folder: string;
  readonly #store: ByteStore;
  /** Subfolder of this master for files that are not complete. */
  readonly #temporary: string;
  readonly #retryWhileFull: Retry;
  /** Paths of subfolders that exist, by their names. */
  readonly #subfolders = new Map<string, string>();
  /** Subfolders as `savedAs` shows them, by task. */
  readonly #shown = new Map<string, string>();
  readonly #smallFiles = new SmallFiles();
  readonly #standing: StandingDeps;
  #temporaryFiles = 0;

  constructor({ folder, store, master = "master", retryWhileFull = (work) => work() }: ResultsFolderDeps) {
    this.folder = folder;
    this.#store = store;
    this.#standing = { store, startedAt: Date.now() };
    this.#temporary = join(TEMPORARY, master);
    this.#retryWhileFull = retryWhileFull;
  }

  /** Removes the incomplete files that a kill of this master left. Called at the start. */
  async sweep(): Promise<void> {
    const folder = join(this.folder, TEMPORARY);
    await rm(join(this.folder, this.#temporary), { recursive: true, force: true });
    // Older versions had no subfolder for each master.
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (!entry.isDirectory()) await rm(join(folder, entry.name), { force: true });
    // Other masters may have files there.
    await rmdir(folder).catch(() => undefined);
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

  /** Gives a result its name, unless the file of another owner has it. A damaged file of this result is replaced. */
  async place(result: ResultFile): Promise<Placed> {
    try {
      await this.#retryWhileFull(() => this.#put(result, "new"));
      return "placed";
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
      return await this.#placeAgain(result, error);
    }
  }

  /** Gives a result its name, also where a file has it; a folder keeps it. */
  async replace(result: ResultFile): Promise<Placed> {
    try {
      await this.#retryWhileFull(() => this.#put(result, "over"));
      return "placed";
    } catch (error) {
      if (isErrno(error, "EISDIR", "ENOTEMPTY", "EEXIST")) return "taken";
      throw error;
    }
  }

  /** Removes a result; the file of another owner under its name stays. */
  async remove(result: ResultFile): Promise<void> {
    const path = this.#pathOf(result);
    const standing = await standingAt(path, this.#standing, result).catch((error: unknown) => {
      if (error instanceof AppError) return "other";
      throw error;
    });
    if (standing === "whole" || standing === "damaged") await rm(path, { force: true });
  }

  /**
   * Places a result again after a restart, unless its file is there with the right size and, where one is given, the
   * right digest.
   */
  async restore(result: ResultFile): Promise<Placed> {
    const path = this.#pathOf(result);
    if (result.sha256 === undefined && (await sizeOf(path)) === result.bytes) return "placed";
    if ((await this.#standingOf(result)) === "whole") return "placed";
    if ((await this.place(result)) === "taken") return "taken";
    // The record says that this file ended long ago, so the next start would not look at its digest.
    await syncFile(path);
    await syncFolder(dirname(path));
    return "placed";
  }

  async #placeAgain(result: ResultFile, error: unknown): Promise<Placed> {
    switch (await this.#standingOf(result)) {
      case "whole":
        return "placed";
      case "damaged":
        return await this.replace(result);
      case "other":
        return "taken";
      default:
        throw error;
    }
  }

  /** What has the name of a result. The store may have to tell, which is away at times: a job must not end for that. */
  #standingOf(result: ResultFile): Promise<Standing> {
    return this.#retryWhileFull(() => standingAt(this.#pathOf(result), this.#standing, result));
  }

  #pathOf({ task, name }: ResultFile): string {
    return join(this.folder, task, name);
  }

  async #put(result: ResultFile, placing: Placing): Promise<void> {
    try {
      await this.#putOnce(result, placing);
    } catch (error) {
      // The subfolder was removed while the master runs; it is created again, once.
      if (!isErrno(error, "ENOENT")) throw error;
      this.#subfolders.clear();
      await this.#putOnce(result, placing);
    }
  }

  async #putOnce(result: ResultFile, placing: Placing): Promise<void> {
    const { task, name } = result;
    // Not `join`: both names are plain, and this runs for each file.
    const target = `${this.#subfolders.get(task) ?? (await this.#subfolder(task))}${sep}${name}`;
    const path = this.#store.localFiles?.pathOf(result.key);
    if (path !== undefined && (await linked(path, target, placing))) return;
    // Numbered before the wait for the subfolder: two writes must never share a temporary name.
    this.#temporaryFiles += 1;
    const temporaryName = this.#temporaryFiles.toString(36);
    const folder = this.#subfolders.get(this.#temporary) ?? (await this.#subfolder(this.#temporary));
    const temporary = `${folder}${sep}${temporaryName}`;
    if (path === undefined && result.bytes <= SMALL_RESULT) {
      const body = await this.#store.read(result.key);
      return await this.#smallFiles.write({ target, temporary, body, placing });
    }
    try {
      await this.#write(result, temporary);
      if (placing === "over") await rename(temporary, target);
      else await linkOrCopy(temporary, target);
    } finally {
      // A rename of one link onto another link of the same file leaves both.
      await rm(temporary, { force: true });
    }
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

/**
 * Links a file of the store to a new name. False when links are impossible, or the name is in use and may be replaced.
 */
async function linked(path: string, target: string, placing: Placing): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT") || (placing === "new" && isErrno(error, "EEXIST"))) throw error;
    return false;
  }
}

/** Exclusive: a copy onto another link would overwrite an object of the store. */
async function linkOrCopy(path: string, target: string): Promise<void> {
  await link(path, target).catch((error: unknown) => {
    if (isErrno(error, "EEXIST", "ENOENT")) throw error;
    return copyFile(path, target, constants.COPYFILE_EXCL);
  });
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
