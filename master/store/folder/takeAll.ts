import { addAbortSignal, type Readable } from "node:stream";

/**
 * Hands on what comes from a stream, chunk by chunk, until its end; the stream waits while a chunk is being taken.
 * When that fails the stream is destroyed. `for await` does the same, for several times the price of a small file.
 * @throws what the stream, the signal or `take` gave as their reason
 */
export async function takeAll(
  stream: Readable,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
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
        const busy = take(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
        if (busy === undefined) return;
        stream.pause();
        busy.then(() => stream.resume(), fail);
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
