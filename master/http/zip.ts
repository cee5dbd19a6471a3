import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import yazl from "yazl";
import type { ByteStore } from "../store/port.ts";
import { untilGone } from "./streams.ts";

export interface ZipEntry {
  readonly name: string;
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Streams objects as a zip without compression. One object is open at a time, and none after the client has left.
 * An object that cannot be read cuts the answer; the client notices, because the last chunk is missing.
 */
export async function zipTo(
  res: Response,
  store: Pick<ByteStore, "get">,
  entries: readonly ZipEntry[],
): Promise<void> {
  const gone = untilGone(res);
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  let open: Readable | undefined;
  gone.addEventListener("abort", () => open?.destroy());
  zip.on("error", (error: Error) => output.destroy(error));
  for (const { name, key, bytes, at } of entries) {
    const options = { mtime: new Date(at), size: bytes, compress: false };
    zip.addReadStreamLazy(name, options, (give) => {
      if (gone.aborted) return;
      store.get(key).then(
        (stream) => {
          open = stream.once("error", (error) => output.destroy(error));
          if (gone.aborted) stream.destroy();
          give(undefined, stream);
        },
        (error: Error) => output.destroy(error),
      );
    });
  }
  // `Content-Length` is not set: the library computes a wrong length for very many entries.
  zip.end();
  await pipeline(output, res).catch(() => {
    open?.destroy();
    res.destroy();
  });
}
