import { addAbortSignal, type Readable } from "node:stream";

/**
 * Gives each chunk of a stream to `write` until the stream ends; the stream waits while a write is under way. When a
 * write or the signal fails it, the stream is destroyed. `for await` does the same at several times the price for a
 * small file.
 * @throws the error of the stream or of `write`, or the reason of the signal
 */
export async function consume(
  stream: Readable,
  write: (chunk: Uint8Array) => Promise<void> | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (signal !== undefined) addAbortSignal(signal, stream);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error);
      stream.destroy();
    };
    const onChunk = (chunk: Uint8Array | string) => {
      try {
        const writing = write(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
        if (writing === undefined) return;
        stream.pause();
        writing.then(() => stream.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    stream.once("error", reject);
    stream.once("end", resolve);
    // After an end or an error this changes nothing.
    stream.once("close", () => reject(stream.errored ?? new Error("the stream was closed before its end")));
    if (stream.destroyed) fail(stream.errored ?? new Error("the stream was closed before it was read"));
    else stream.on("data", onChunk);
  });
}
