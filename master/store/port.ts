import type { Readable } from "node:stream";

/**
 * Bytes under keys that the store gives. Laws, which `store.contract.ts` tests for every driver:
 * - a put is all or nothing: what `get` finds is whole, after a kill too;
 * - objects never change; a key is never given twice, not even after a restart;
 * - `put` promises survival of the process; survival of a power loss comes with `sync`, of what is fleeting with
 *   `syncAll`;
 * - `remove` of what is gone is no error.
 */
export interface ByteStore {
  /**
   * Takes a stream (or bytes) to its end. One that fails or is aborted leaves nothing, and is destroyed.
   * @throws AppError `too_large` (413) beyond `limit`, `no_space` (507), `bad_group`
   */
  put(content: Readable | Uint8Array, options?: PutOptions): Promise<StoredObject>;
  /**
   * Takes over a file of this machine: as a `put` of its bytes, after which the file is gone; it is moved, not
   * copied, where that can be done.
   * @throws AppError `not_stored` when there is no plain file, `no_space` (507), `bad_group`
   */
  adopt(path: string, options?: Pick<PutOptions, "group">): Promise<StoredObject>;
  /** @throws AppError `not_stored`, `damaged_object` */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** Whole object; for small ones. @throws AppError `not_stored`, `damaged_object` */
  read(key: string): Promise<Buffer>;
  stat(key: string): Promise<{ readonly bytes: number } | undefined>;
  /** Where the object stands as a file of its own, to be linked rather than copied; undefined if it does not. */
  pathOf(key: string): string | undefined;
  /** Where it can be read on this machine without the store, undefined if nowhere. */
  locate(key: string): Located | undefined;
  /**
   * Resolves when everything put before the call survives a power loss; calls at the same time share the work.
   * @throws AppError `sync_failed`
   */
  sync(): Promise<void>;
  /** The same with what was put as `fleeting`. */
  syncAll(): Promise<void>;
  /** All keys of a group, some at a time. */
  list(group: string): AsyncIterable<readonly string[]>;
  /** Every group that holds something, each once: for finding what no record knows of. Reads all of the store's heads. */
  groups(): AsyncIterable<string>;
  remove(keys: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

/** A file that is the object, or one that holds it from `start` on, among others. */
export interface Located {
  readonly path: string;
  readonly start?: number;
}

export interface PutOptions {
  /** Objects that live and die together, a job's say: letters, digits, `-`, `_`. */
  readonly group?: string;
  readonly limit?: number;
  /** It need not survive a power loss: `sync` may pass it over. */
  readonly fleeting?: boolean;
  /** Up to this size it may be kept in one file with others, and then has no path. 64 KiB unless said. */
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
