import { hash, randomBytes } from "node:crypto";
import { lstat, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { coalesce } from "../../../shared/async/coalesce.ts";
import { Semaphore } from "../../../shared/async/semaphore.ts";
import { AppError, isErrno } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { consume } from "../consume.ts";
import { notStored } from "../errors.ts";
import {
  NO_GROUP,
  type ObjectPlace,
  type PackedPlace,
  placeOf,
  type SinglePlace,
  validateGroup,
} from "../key.ts";
import type { ByteRange, ByteStore, LocalFiles, PutOptions, StoredObject } from "../port.ts";
import { rangeWithin } from "../range.ts";
import { FolderFiles } from "./folderFiles.ts";
import { Handles } from "./handles.ts";
import { Intake } from "./intake.ts";
import { LargeFiles } from "./largeFiles.ts";
import { Packs } from "./packs.ts";

/** Most large objects that wait for a `flush`; then the store does one unasked, so that their list stays short. */
const MAX_UNSYNCED = 256;
/** Keys of large objects that `list` yields together. */
const LISTED = 1_000;
/** Files that are read or written at the same time. */
const FILES_AT_ONCE = 32;

export interface FolderStoreOptions {
  readonly folder: string;
  /** Objects up to this size go into packs. 64 KiB unless said. */
  readonly smallBytes?: number;
  /** A pack grows to about this size. 16 MiB unless said. */
  readonly packBytes?: number;
  /** Bytes of the newest small objects that are kept in memory, too. None unless said. */
  readonly recentBytes?: number;
  readonly logger?: Logger;
}

/**
 * Opens the store in a local folder. Only one process may have the folder open, as opening removes files that are half
 * written. (The master opens its record first, whose lock keeps other masters out.)
 */
export async function openFolderStore(options: FolderStoreOptions): Promise<FolderStore> {
  const { folder, smallBytes = 64 * 1024, packBytes = 16 * 1024 * 1024, recentBytes = 0 } = options;
  const paths = {
    packs: join(folder, "packs"),
    large: join(folder, "large"),
    temporary: join(folder, "tmp"),
  };
  await rm(paths.temporary, { recursive: true, force: true });
  for (const path of Object.values(paths)) await makeFolder(path);
  const atOnce = new Semaphore(FILES_AT_ONCE);
  const handles = new Handles(atOnce);
  const run = `${Date.now().toString(36)}${randomBytes(6).toString("hex")}`;
  const packs = await Packs.open({
    folder: paths.packs,
    handles,
    run,
    packBytes,
    recentBytes,
    logger: options.logger,
  });
  const files = new LargeFiles({ folder: paths.large, temporary: paths.temporary, atOnce, run });
  return new FolderStore({ packs, files, handles, smallBytes });
}

/** Readable for this user alone, as clients sent what is in it. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if ((await lstat(path)).isDirectory()) return;
  throw new AppError("bad_folder", `${path} must be a folder, not a link to one.`);
}

interface FolderStoreDeps {
  readonly packs: Packs;
  readonly files: LargeFiles;
  readonly handles: Handles;
  readonly smallBytes: number;
}

export class FolderStore implements ByteStore {
  readonly localFiles: LocalFiles;
  readonly trouble = undefined;
  readonly links = undefined;
  readonly slaveLinks = undefined;
  readonly names = undefined;
  readonly flush: () => Promise<void>;
  readonly #deps: FolderStoreDeps;
  #syncFailure: { readonly error: unknown } | undefined;

  constructor(deps: FolderStoreDeps) {
    this.#deps = deps;
    this.flush = coalesce(() => this.#syncOnce());
    this.localFiles = new FolderFiles({
      packs: deps.packs,
      files: deps.files,
      smallBytes: deps.smallBytes,
      put: (content, options) => this.put(content, options),
    });
  }

  async put(content: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredObject> {
    const { packs, smallBytes: usual } = this.#deps;
    const { group = NO_GROUP, limit = Number.POSITIVE_INFINITY, smallBytes = usual } = options;
    const { signal, durable = true } = options;
    validateGroup(group);
    signal?.throwIfAborted();
    if (content instanceof Uint8Array && content.byteLength <= Math.min(smallBytes, limit)) {
      const sha256 = hash("sha256", content);
      return { key: await packs.put(group, content, durable), bytes: content.byteLength, sha256 };
    }
    const intake = new Intake(this.#deps, { group, limit, smallBytes, durable });
    try {
      if (content instanceof Uint8Array) await intake.write(content);
      else await consume(content, (chunk) => intake.write(chunk), signal);
      signal?.throwIfAborted();
      const stored = await intake.finish();
      if (this.#deps.files.unsynced >= MAX_UNSYNCED) await this.flush();
      return stored;
    } catch (error) {
      await intake.abort();
      signal?.throwIfAborted();
      throw error;
    }
  }

  async flushAll(): Promise<void> {
    this.#deps.files.makeDurable();
    this.#deps.packs.makeDurable();
    await this.flush();
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const place = requirePlace(key);
    const { start, end } = rangeWithin(place.bytes, range);
    if (place.kind === "single") return await this.#deps.files.stream(place, { start, end });
    const bytes = (await this.#deps.packs.read(place)).subarray(start, end + 1);
    return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
  }

  async read(key: string): Promise<Buffer> {
    const recent = this.#deps.packs.recent(key);
    if (recent !== undefined) return recent;
    const place = requirePlace(key);
    return await (place.kind === "single" ? this.#deps.files.read(place) : this.#deps.packs.read(place));
  }

  async stat(key: string): Promise<{ readonly bytes: number } | undefined> {
    const place = placeOf(key);
    if (place === undefined) return undefined;
    const { files, packs } = this.#deps;
    const found = await (place.kind === "single" ? files.has(place) : packs.has(place));
    return found ? { bytes: place.bytes } : undefined;
  }

  /** The length of a file tells, as only a power loss cuts it; an object in a pack is small, and has a checksum. */
  async isWhole(key: string): Promise<boolean> {
    const place = placeOf(key);
    if (place === undefined) return false;
    const { files, packs } = this.#deps;
    return await (place.kind === "single" ? files.has(place) : packs.isWhole(place));
  }

  async *list(group: string): AsyncGenerator<readonly string[]> {
    validateGroup(group);
    let keys: string[] = [];
    for await (const key of this.#deps.files.list(group)) {
      keys.push(key);
      if (keys.length < LISTED) continue;
      yield keys;
      keys = [];
    }
    yield keys;
    yield* this.#deps.packs.list(group);
  }

  async *groups(): AsyncGenerator<string> {
    const large = await this.#deps.files.groups();
    yield* large;
    for (const group of await this.#deps.packs.groups()) if (!large.has(group)) yield group;
  }

  async remove(keys: Iterable<string>): Promise<void> {
    const files: SinglePlace[] = [];
    const packed: PackedPlace[] = [];
    for (const key of keys) {
      const place = placeOf(key);
      if (place?.kind === "single") files.push(place);
      if (place?.kind === "packed") packed.push(place);
    }
    await Promise.all([this.#deps.files.remove(files), this.#deps.packs.remove(packed)]);
  }

  async close(): Promise<void> {
    try {
      await this.#deps.packs.close();
      await this.flush();
    } finally {
      await this.#deps.handles.closeAll();
    }
  }

  /** After a failed fsync the system may have dropped what it could not write, so no later one proves anything. */
  async #syncOnce(): Promise<void> {
    if (this.#syncFailure !== undefined) throw this.#syncFailure.error;
    try {
      await Promise.all([this.#deps.packs.sync(), this.#deps.files.sync()]);
    } catch (cause) {
      const error = new AppError(
        "sync_failed",
        "The disk of the store could not be synced. Check that disk.",
        {
          cause,
        },
      );
      if (isErrno(cause, "EIO", "ENOSPC", "EDQUOT")) this.#syncFailure = { error };
      throw error;
    }
  }
}

function requirePlace(key: string): ObjectPlace {
  const place = placeOf(key);
  if (place === undefined) throw notStored(key);
  return place;
}
