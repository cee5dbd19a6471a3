import type { UploadRecord } from "../record/uploads.ts";
import type { StoredObject } from "../store/port.ts";

/** Where the bytes of uploads are until a job has them: in files of this machine, or in objects of the store. */
export interface UploadBytes {
  /**
   * Takes further bytes, from those on that the record has. One writer at a time has an upload.
   * @throws AppError `upload_damaged` (410) when those are not here
   */
  open(upload: UploadRecord): Promise<UploadWriter>;
  /**
   * Makes an object of the group of a whole upload, whose bytes stay here. Its caller compares the length.
   * @throws AppError `upload_damaged` (410), `no_space`, `store_unavailable`
   */
  toObject(upload: UploadRecord, group: string): Promise<StoredObject>;
  /** Whether bytes of the upload are here. */
  has(upload: UploadRecord): Promise<boolean>;
  remove(upload: Pick<UploadRecord, "id">): Promise<void>;
  /** Removes the bytes of uploads that are not known, as a kill leaves them. */
  sweep(isKnown: (id: string) => Promise<boolean>): Promise<void>;
}

/** After a failed `write` or `commit` a writer is only closed. */
export interface UploadWriter {
  /** @throws AppError `no_space`, `store_unavailable` */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Resolves when all that was written survives a power loss. */
  commit(): Promise<WrittenBytes>;
  /** Drops what was not committed. */
  close(): Promise<void>;
}

/** What the record keeps of bytes that were written. */
export interface WrittenBytes {
  /** Keys of the objects that were made since the last commit. */
  readonly pieces: readonly string[];
  /** Of all bytes of the upload until here, where it is known. */
  readonly sha256: string | undefined;
}
