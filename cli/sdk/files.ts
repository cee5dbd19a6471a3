import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";

/** Bytes read from disk at a time. */
const CHUNK = 256 * 1024;

/** A file to be sent. It is opened when its turn comes, so any number of them costs one descriptor. */
export interface UploadFile {
  /** The name that the master gets; folders are left out of it. */
  readonly name: string;
  /** May fail: the file is then left out of the upload and told to `onUnreadable`. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** A file on disk. */
export function fileFromPath(path: string, name = basename(path)): UploadFile {
  return {
    name,
    open: async () => {
      const handle = await open(path, "r");
      return handle.createReadStream({ highWaterMark: CHUNK });
    },
  };
}

/** Bytes in memory. */
export function fileFromBytes(name: string, bytes: Uint8Array | string): UploadFile {
  const body = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
  return { name, open: async () => Readable.from([body]) };
}

/** A stream, to be read once: standard input, say. */
export function fileFromStream(name: string, stream: AsyncIterable<Uint8Array>): UploadFile {
  return { name, open: async () => stream };
}
