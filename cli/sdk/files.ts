import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";

/** Size of one read from disk, bytes. */
const CHUNK = 256 * 1024;

/** A file of an upload. The client opens one file at a time, so an upload holds one descriptor. */
export interface UploadFile {
  /** Name in the upload; it may have folders, with `/` between them. */
  readonly name: string;
  /** When it fails, the file is left out of the upload and passed to `onUnreadable`. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** A file on disk; its path is bytes where it is not UTF-8. */
export function fileFromPath(path: string | Buffer, name = basename(path.toString())): UploadFile {
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

/** A stream that can be read once, such as standard input. */
export function fileFromStream(name: string, stream: AsyncIterable<Uint8Array>): UploadFile {
  return { name, open: async () => stream };
}
