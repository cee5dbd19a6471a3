import { randomBytes } from "node:crypto";
import { linkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { HandedFile, LeaseHandover } from "../../shared/contract/lease.ts";
import { isErrno } from "../../shared/errors.ts";
import type { LocalFiles } from "../store/port.ts";
import type { WireFile } from "./form.ts";

/** The files of a lease that are handed over: linked into a folder of the slave, not sent. */
export class LinkedFiles {
  readonly #stored: LocalFiles;
  readonly #folder: string;
  readonly #files: Record<string, HandedFile> = {};
  /** Names of the links, by the path of what is linked; undefined where that is not possible. */
  readonly #names = new Map<string, string | undefined>();

  constructor(stored: LocalFiles, folder: string) {
    this.#stored = stored;
    this.#folder = folder;
  }

  /** Whether an object shares its file with others. */
  isPacked(key: string): boolean {
    return this.#stored.locate(key)?.start !== undefined;
  }

  /** Links a file, with its index in the lease. False when it has no file that can be linked there: it must be sent. */
  add(index: number, { ref: { key, bytes, sha256 }, name: filename }: WireFile): boolean {
    const found = this.#stored.locate(key);
    if (found === undefined) return false;
    const { path, start } = found;
    if (!this.#names.has(path)) this.#names.set(path, this.#link(path));
    const name = this.#names.get(path);
    if (name === undefined) return false;
    this.#files[index] = { filename, name, bytes, sha256, ...(start === undefined ? {} : { start }) };
    return true;
  }

  #link(path: string): string | undefined {
    const name = `in-${randomBytes(16).toString("hex")}`;
    try {
      // A few microseconds; by way of another thread ten times as many.
      linkSync(path, join(this.#folder, name));
    } catch (error) {
      if (isErrno(error, "EXDEV", "EPERM", "EMLINK", "ENOENT")) return undefined;
      throw error;
    }
    return name;
  }

  /** The form field `handover` of the lease. */
  field(): LeaseHandover {
    return { files: this.#files };
  }

  /** Removes the links after a lease failed; those that the slave has moved are not there. */
  async removeLinks(): Promise<void> {
    const names = [...this.#names.values()].filter((name) => name !== undefined);
    await Promise.all(names.map((name) => rm(join(this.#folder, name), { force: true })));
  }
}
