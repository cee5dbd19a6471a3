import type { Readable } from "node:stream";

/**
 * Bytes under keys that the store gives. Laws, which `store.contract.ts` tests for every driver:
 * - a put is all or nothing: what `get` finds is whole, after a kill too;
 * - objects never change; a key is never given twice, not even after a restart;
 * - `put` promises survival of the process; survival of a power loss comes with `sync`;
 * - `remove` of what is gone is no error.
 */
export interface ByteStore {
  /** Takes a stream (or bytes) to its end; `limit` bytes at most, else AppError `too_large`. */
  put(content: Readable | Uint8Array, options?: PutOptions): Promise<StoredObject>;
  /** @throws AppError `not_stored` */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** Whole object; for small ones. @throws AppError `not_stored` */
  read(key: string): Promise<Buffer>;
  stat(key: string): Promise<{ readonly bytes: number } | undefined>;
  /** Where the object stands as a file of its own, to be linked rather than copied; undefined if it does not. */
  pathOf(key: string): string | undefined;
  /** Resolves when everything put before the call is on disk; calls at the same time share the work. */
  sync(): Promise<void>;
  /** All keys of a group. */
  list(group: string): AsyncIterable<string>;
  remove(keys: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

export interface PutOptions {
  /** Objects that live and die together, a job's say: letters, digits, `-`, `_`. */
  readonly group?: string;
  readonly limit?: number;
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
