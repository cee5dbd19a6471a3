import type { FileInput, OpenableFile } from "./files.ts";

export interface LargeFile {
  readonly file: OpenableFile;
  readonly size: number;
}

/** A file that the master has before its job. */
export interface HeldFile {
  /** By which the job takes it. */
  readonly id: string;
  readonly bytes: number;
}

/** Undefined for a file that is left out. */
export type HeldFiles = ReadonlyMap<FileInput, HeldFile | undefined>;

export interface SentFiles {
  readonly held: HeldFiles;
  /** To be called with the error when no job gets the files. */
  drop?(error: unknown): Promise<void>;
}

export interface LargeFilesTerms {
  readonly signal?: AbortSignal | undefined;
  /** Number of bytes of these files that are sent by now. */
  readonly onSent: (bytes: number) => void;
  /** Called for a file that cannot be read and is left out; it throws when that must not be. */
  readonly onUnreadable: (file: OpenableFile, error: unknown) => void;
}
