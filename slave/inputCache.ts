import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isPart, type LocalFile } from "../shared/tasks/local.ts";

interface Entry {
  readonly path: string;
  readonly bytes: number;
  /** When its bytes were written; another time tells that the file was changed. */
  readonly mtimeMs: number;
}

/** What the cache holds, and what became of shared inputs so far. */
export interface InputCacheUsage {
  readonly bytes: number;
  readonly inputs: Readonly<Record<InputSource, number>>;
}

/** `sent`: a lease brought it; `kept`: it was taken from the cache; `missing`: it was no longer there. */
type InputSource = "sent" | "kept" | "missing";
export const INPUT_SOURCES: readonly InputSource[] = ["sent", "kept", "missing"];

/** Most inputs of a cache. */
const MOST = 1_000;

/**
 * Inputs that several leases share, by their SHA-256. A lease gets a link of its own to each, so that an input that is
 * dropped stays whole for the units that read it. The inputs that were not used for the longest time are dropped first.
 */
export class InputCache {
  readonly maxBytes: number;
  readonly #folder: string;
  /** By SHA-256; the one that was used last is the last. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  readonly #inputs = { sent: 0, kept: 0, missing: 0 };

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.maxBytes = maxBytes;
  }

  /** Undefined when nothing is to be kept, or when the file system of the folder has no links. */
  static async open(folder: string, maxBytes: number): Promise<InputCache | undefined> {
    if (maxBytes === 0) return undefined;
    await mkdir(folder, { mode: 0o700 });
    const cache = new InputCache(folder, maxBytes);
    return (await cache.#canLink()) ? cache : undefined;
  }

  get usage(): InputCacheUsage {
    return { bytes: this.#bytes, inputs: this.#inputs };
  }

  /** Links an input into `folder`; undefined when it is not there any more, or its file was changed. */
  async take(sha256: string, bytes: number, folder: string): Promise<string | undefined> {
    const path = await this.#linked(sha256, bytes, folder);
    this.#inputs[path === undefined ? "missing" : "kept"] += 1;
    return path;
  }

  /** Keeps an input that a lease brought and whose digest was checked. An input that cannot be kept comes again. */
  async keep({ sha256, bytes, body }: LocalFile): Promise<void> {
    this.#inputs.sent += 1;
    if (bytes > this.maxBytes || isPart(body)) return;
    const path = join(this.#folder, randomUUID());
    try {
      if (body instanceof Uint8Array) await writeFile(path, body, { mode: 0o600 });
      else await link(body.path, path);
      this.#add(sha256, { path, bytes, mtimeMs: (await lstat(path)).mtimeMs });
    } catch {
      await remove(path);
    }
  }

  /** Gives all room on the disk back. */
  clear(): void {
    for (const sha256 of [...this.#entries.keys()]) this.#drop(sha256);
  }

  async #linked(sha256: string, bytes: number, folder: string): Promise<string | undefined> {
    const entry = this.#entries.get(sha256);
    if (entry === undefined || entry.bytes !== bytes) return undefined;
    const path = join(folder, `in-${randomUUID()}`);
    if (await isSame(entry, path)) {
      this.#touch(sha256, entry);
      return path;
    }
    if (this.#entries.get(sha256) === entry) this.#drop(sha256);
    await remove(path);
    return undefined;
  }

  #touch(sha256: string, entry: Entry): void {
    if (!this.#entries.delete(sha256)) return;
    this.#entries.set(sha256, entry);
  }

  #add(sha256: string, entry: Entry): void {
    this.#drop(sha256);
    this.#entries.set(sha256, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes && this.#entries.size <= MOST) return;
      this.#drop(oldest);
    }
  }

  #drop(sha256: string): void {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return;
    this.#entries.delete(sha256);
    this.#bytes -= entry.bytes;
    void remove(entry.path);
  }

  async #canLink(): Promise<boolean> {
    const [file, name] = [join(this.#folder, "file"), join(this.#folder, "link")];
    try {
      await writeFile(file, "");
      await link(file, name);
      return true;
    } catch {
      return false;
    } finally {
      await Promise.all([file, name].map(remove));
    }
  }
}

/** Links an entry to `path`; false when it is gone, or is not the file that was kept. */
async function isSame({ path: from, bytes, mtimeMs }: Entry, path: string): Promise<boolean> {
  try {
    await link(from, path);
    const found = await lstat(path);
    return found.isFile() && found.size === bytes && found.mtimeMs === mtimeMs;
  } catch {
    return false;
  }
}

/** Its failure leaves a file that the slave removes with its folder. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
