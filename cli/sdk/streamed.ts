import type { CallBody } from "./http.ts";
import { joinedBytes } from "./transport.ts";

/** Small pieces are joined up to this size, so that thousands of small files do not make thousands of packets. */
const JOINED = 64 * 1024;

/** A body of the chunks that a source yields while it is read. */
export function streamed(chunks: AsyncIterable<Uint8Array>): CallBody {
  let fault: unknown;
  const source = joined(chunks);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    try {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  const cancel = async () => void (await source.return(undefined));
  const content = new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
  return { content, fault: () => fault };
}

async function* joined(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < JOINED) continue;
    yield waiting.length === 1 ? piece : joinedBytes(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield joinedBytes(waiting);
}
