/** What the SDK needs of `fetch`: browsers and Node have it, and `manyhands/sdk/node` has one for private authorities. */
export type Fetch = (url: string, request: WireRequest) => Promise<WireAnswer>;

export interface WireRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: WireBody;
  readonly signal?: AbortSignal;
  /** For a body that is a stream. */
  readonly duplex?: "half";
  /** A redirect would get the token. */
  readonly redirect: "manual";
}

export type WireBody = string | Blob | FormData | ReadableStream<Uint8Array>;

export interface WireAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Yields the chunks of a body; leaving the loop closes the connection. Safari cannot iterate over a stream itself. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  silentMs?: number,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silentMs);
      if (done) return;
      yield value;
    }
  } finally {
    // A stream that failed rejects here again.
    reader.cancel().catch(() => undefined);
  }
}

/** The value, or an error when it does not come in time. */
async function within<T>(value: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return await value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The connection is silent.")), ms);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All bytes of a body. @throws RangeError when they are more than the limit */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>, limit = Number.POSITIVE_INFINITY) {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limit) throw new RangeError(`The body has more than ${limit} bytes.`);
    all.push(chunk);
  }
  return joinedBytes(all);
}

export function joinedBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
