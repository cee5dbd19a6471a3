import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../../shared/errors.ts";
import { syncFolder } from "../../shared/syncFolder.ts";
import type { UploadRecord } from "../record/uploads.ts";
import { digestOf } from "../store/folder/digest.ts";
import { diskError, TO_CHANGE, TO_GROW, TO_READ, withFile, writeFully } from "../store/folder/disk.ts";
import type { ByteStore, LocalFiles, StoredObject } from "../store/port.ts";
import type { UploadBytes, UploadWriter } from "./bytes.ts";
import { uploadDamaged } from "./errors.ts";

/** Bytes that are written together. */
const WRITTEN_BYTES = 2 ** 20;
/** Uploads whose digest goes on with the next request. A file of another one is read again when a job gets it. */
const MOST_DIGESTS = 1_000;

/** Files that grow in a folder of this machine. A job's object is the same file under another name: nothing is copied. */
export async function growingFiles(
  folder: string,
  store: Pick<ByteStore, "put"> & { readonly localFiles: LocalFiles },
): Promise<UploadBytes> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const digests = new Digests();
  const pathOf = (id: string) => join(folder, id);
  return {
    open: async (upload) => {
      const handle = await grown(pathOf(upload.id), upload);
      if (upload.received === 0) await syncFolder(folder);
      return new FileWriter(handle, { upload, digests });
    },
    toObject: (upload, group) => objectOf(store, { path: pathOf(upload.id), upload, group }),
    has: async ({ id, length }) => length === 0 || (await sizeOf(pathOf(id))) !== undefined,
    remove: async ({ id }) => {
      digests.forget(id);
      await rm(pathOf(id), { force: true });
    },
    sweep: async (isKnown) => {
      for (const id of await readdir(folder)) if (!(await isKnown(id))) await rm(pathOf(id), { force: true });
    },
  };
}

/** Opens the file. Only one of which the record has no bytes may be new. */
async function grown(path: string, { id, received }: UploadRecord): Promise<FileHandle> {
  if (received > 0 && ((await sizeOf(path)) ?? 0) < received) throw uploadDamaged(id);
  try {
    return await open(path, received > 0 ? TO_CHANGE : TO_GROW, 0o600);
  } catch (error) {
    throw diskError(error);
  }
}

interface GrownFile {
  readonly path: string;
  readonly upload: UploadRecord;
  readonly group: string;
}

async function objectOf(
  store: Pick<ByteStore, "put"> & { readonly localFiles: LocalFiles },
  { path, upload, group }: GrownFile,
): Promise<StoredObject> {
  const { length: bytes } = upload;
  if (bytes === 0) return await store.put(new Uint8Array(), { group });
  if (((await sizeOf(path)) ?? 0) < bytes) throw uploadDamaged(upload.id);
  const sha256 = upload.sha256 ?? (await withFile(path, TO_READ, (file) => digestOf(file, bytes)));
  const linked = store.localFiles.link(path, { group, bytes, sha256 });
  return linked ?? (await store.put(createReadStream(path, { end: bytes - 1 }), { group }));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** SHA-256 of the beginnings of uploads, at the places where their last requests ended. */
class Digests {
  readonly #known = new Map<string, { readonly hash: Hash; readonly bytes: number }>();

  /** Undefined when the first bytes came to another process. */
  from({ id, received }: UploadRecord): Hash | undefined {
    const known = received === 0 ? { hash: createHash("sha256"), bytes: 0 } : this.#known.get(id);
    // Bytes that follow may not be recorded, and others come in their place.
    this.#known.delete(id);
    return known?.bytes === received ? known.hash.copy() : undefined;
  }

  keep(id: string, hash: Hash, bytes: number): void {
    this.#known.delete(id);
    this.#known.set(id, { hash: hash.copy(), bytes });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_DIGESTS && oldest !== undefined) this.#known.delete(oldest);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }
}

interface FileGrowth {
  readonly upload: UploadRecord;
  readonly digests: Digests;
}

/** Writes from the place on that the record has: bytes behind it, which a kill left, are written over. */
class FileWriter implements UploadWriter {
  readonly #handle: FileHandle;
  readonly #growth: FileGrowth;
  readonly #hash: Hash | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #position: number;

  constructor(handle: FileHandle, growth: FileGrowth) {
    this.#handle = handle;
    this.#growth = growth;
    this.#hash = growth.digests.from(growth.upload);
    this.#position = growth.upload.received;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    return this.#waitingBytes < WRITTEN_BYTES ? undefined : this.#writeOut();
  }

  async commit() {
    await this.#writeOut();
    await this.#handle.datasync().catch((error: unknown) => {
      throw diskError(error);
    });
    const { upload, digests } = this.#growth;
    if (this.#hash === undefined) return { pieces: [], sha256: undefined };
    digests.keep(upload.id, this.#hash, this.#position);
    const isWhole = this.#position === upload.length;
    return { pieces: [], sha256: isWhole ? this.#hash.copy().digest("hex") : undefined };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #writeOut(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hash?.update(bytes);
    try {
      await writeFully(this.#handle, bytes, this.#position);
    } catch (error) {
      throw diskError(error);
    }
    this.#position += bytes.length;
  }
}
