import type { Readable } from "node:stream";
import type { AppError } from "../../shared/errors.ts";

/**
 * Bytes under keys that the store gives. Laws, which `store.contract.ts` tests for every driver:
 * - a put is all or nothing: what `get` finds is whole, also after a kill;
 * - an object never changes, and a key is never given twice, not even after a restart;
 * - `put` promises that the object outlives a kill of the process; `flush` promises more (see there);
 * - removing an object that is gone is no error.
 *
 * A driver on another machine throws `store_unavailable` or `store_refused` (503) from every method when its server does
 * not answer or refuses: nothing is known then of any object.
 */
export interface ByteStore {
  /** Undefined for a driver that keeps its objects elsewhere: its callers copy bytes instead. */
  readonly localFiles: LocalFiles | undefined;
  /** Why the store as a whole cannot be used now; undefined while it can, and for a driver on this machine. */
  readonly trouble: AppError | undefined;
  /** Undefined unless clients may fetch objects from the driver's server themselves. */
  readonly links: ObjectLinks | undefined;
  /** The same for slaves; undefined for a driver on this machine. */
  readonly slaveLinks: ObjectLinks | undefined;
  /** Undefined unless the driver keeps results under their names, too. */
  readonly names: ObjectNames | undefined;
  /**
   * Stores a stream, read to its end, or bytes. A put that fails or is aborted leaves nothing and destroys its stream.
   * @throws AppError `too_large` (413) beyond `limit`, `no_space` (507), `bad_group`
   */
  put(content: Readable | Uint8Array, options?: PutOptions): Promise<StoredObject>;
  /** @throws AppError `not_stored`, `damaged_object` */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** The whole object in memory; for small ones. @throws AppError `not_stored`, `damaged_object` */
  read(key: string): Promise<Buffer>;
  stat(key: string): Promise<{ readonly bytes: number } | undefined>;
  /** Whether the object is there, in full length and undamaged as far as that shows without reading a large one. */
  isWhole(key: string): Promise<boolean>;
  /**
   * Resolves when every durable object that was put before the call survives a power loss, for good. Calls at the
   * same time share the work.
   * @throws AppError `sync_failed`
   */
  flush(): Promise<void>;
  /** As `flush`, also for what was put with `durable: false`. */
  flushAll(): Promise<void>;
  /** All keys of a group, some at a time. */
  list(group: string): AsyncIterable<readonly string[]>;
  /** Every group that holds something, each once. May look at every object: for the search of orphans. */
  groups(): AsyncIterable<string>;
  remove(keys: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

/**
 * What only a driver on a disk of this machine can do: share objects with other processes by links, without a copy.
 * `localFiles.contract.ts` tests its laws.
 */
export interface LocalFiles {
  /** Path of the file that is the object and nothing else; undefined for an object that shares its file. */
  pathOf(key: string): string | undefined;
  /** File that holds the object, alone or among others; undefined when there is none. */
  locate(key: string): Located | undefined;
  /**
   * Stores the file at `path` as a `put` of its bytes would, and removes it from there. The file is moved, not copied,
   * where that is possible.
   * @throws AppError `not_stored` when there is no plain file, `no_space` (507), `bad_group`
   */
  adopt(path: string, options?: Pick<PutOptions, "group">): Promise<StoredObject>;
  /**
   * Gives a file of this process a second name, as an object: nothing is copied, and `flush` makes the name last. The
   * caller has synced the file, and changes it no more. Undefined where that is not possible, and for small files: the
   * caller stores the bytes then.
   */
  link(path: string, file: LinkedFile): StoredObject | undefined;
}

/** A file whose bytes are known. */
export interface LinkedFile extends Pick<StoredObject, "bytes" | "sha256"> {
  readonly group: string;
}

/** What only a driver on a server that others reach can do: let them fetch an object without the master. */
export interface ObjectLinks {
  /** Address that gives the object to who has it, for a limited time; undefined for an object that shares its file. */
  linkTo(key: string, answer: LinkedAnswer): Promise<string | undefined>;
}

/** Headers with which the server answers a request to the address. */
export interface LinkedAnswer {
  readonly type: string;
  readonly disposition: string;
}

/** What only a driver in a bucket can do: keep a copy of an object under a name that people look for. */
export interface ObjectNames {
  /** The name stands for this object from now on. @throws AppError `not_stored` */
  put(name: string, key: string): Promise<void>;
  /** Whether the name stands for this object. */
  has(name: string, key: string): Promise<boolean>;
  /** Removes the name if it stands for this object. */
  remove(name: string, key: string): Promise<void>;
}

export interface Located {
  readonly path: string;
  /** Offset of the object in a file that holds others, too. */
  readonly start?: number;
}

export interface PutOptions {
  /** Objects that live and die together, for example those of a job: letters, digits, `-`, `_`. */
  readonly group?: string;
  /** Most bytes. */
  readonly limit?: number;
  /** False: until `flushAll` a power loss may remove the object. True unless said. */
  readonly durable?: boolean;
  /** Objects up to this size may be stored together with others, which is cheaper. 64 KiB unless said. */
  readonly smallBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}
