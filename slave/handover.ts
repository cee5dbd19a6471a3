import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RegisterRequest } from "../shared/contract/fleet.ts";
import type { HandedFile } from "../shared/contract/lease.ts";
import { RequestError } from "../shared/errors.ts";
import type { LocalFile } from "../shared/tasks/local.ts";

interface Moved {
  readonly path: string;
  readonly size: number;
  /** Why the file could not be moved. */
  readonly cause?: unknown;
}

/** Size of a file that is not there, or is no plain file. */
const NO_FILE = -1;

/** A file that its receiver has not fetched for so long was for a master that is gone. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * The folder through which this slave and a master on the same file system hand files to each other by links: no byte
 * is copied. A master proves that it reaches the folder by reading the file `proof` in it.
 */
export class Handover {
  readonly about: NonNullable<RegisterRequest["handover"]>;
  readonly #folder: string;
  readonly #sweeping: NodeJS.Timeout;

  private constructor(folder: string, proof: string) {
    this.#folder = folder;
    this.about = { folder, proof };
    this.#sweeping = setInterval(() => void this.#sweep().catch(() => undefined), FORGOTTEN_MS / 10).unref();
  }

  /** @param folder absolute path; it is made here and readable for this user alone */
  static async open(folder: string): Promise<Handover> {
    const proof = randomBytes(16).toString("hex");
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, "proof"), proof, { mode: 0o600 });
    return new Handover(folder, proof);
  }

  /**
   * Moves files that the master linked here to `folder`, which is on the same file system.
   * @throws RequestError `bad_handover` when one is not there with the size that the lease says
   */
  async receive(files: readonly HandedFile[], folder: string): Promise<LocalFile[]> {
    const names = new Set(files.map(({ name }) => name));
    const moving = [...names].map(async (name) => [name, await this.#move(name, folder)] as const);
    const moved = new Map(await Promise.all(moving));
    return files.map((file) => checkedFile(file, moved.get(file.name)));
  }

  /** Moves a file here for the master to fetch; returns its name. */
  async offer(path: string): Promise<string> {
    const name = `out-${randomBytes(16).toString("hex")}`;
    await rename(path, join(this.#folder, name));
    return name;
  }

  /** Removes files that were offered to a master that is gone, as far as it has not fetched them. */
  async takeBack(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(join(this.#folder, name), { force: true })));
  }

  async #move(name: string, folder: string): Promise<Moved> {
    const path = join(folder, name);
    try {
      await rename(join(this.#folder, name), path);
      const found = await lstat(path);
      return { path, size: found.isFile() ? found.size : NO_FILE };
    } catch (cause) {
      return { path, size: NO_FILE, cause };
    }
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  async #sweep(): Promise<void> {
    const before = Date.now() - FORGOTTEN_MS;
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if (name !== "proof" && (await stat(path)).ctimeMs < before) await rm(path, { force: true });
    }
  }
}

function checkedFile({ filename, bytes, sha256, start }: HandedFile, moved: Moved | undefined): LocalFile {
  const { path, size, cause } = moved ?? { path: "", size: NO_FILE };
  if (start === undefined ? size !== bytes : size < start + bytes) throw notThere(filename, cause);
  return { filename, bytes, sha256, body: start === undefined ? { path } : { path, start } };
}

function notThere(filename: string, cause?: unknown): RequestError {
  return new RequestError("bad_handover", `${filename} is not in the handover folder as it was said to be.`, {
    details: { field: "handover" },
    cause,
  });
}
