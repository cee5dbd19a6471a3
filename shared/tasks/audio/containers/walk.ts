import type { StepFile } from "../../task.ts";
import type { Chunk } from "../wav/chunks.ts";

/** Most chunks of a file that are read. */
const MOST_CHUNKS = 2_000;

interface Layout {
  /** Bytes before the content of a chunk. */
  readonly head: number;
  /** Chunks start at multiples of this many bytes. */
  readonly align: number;
  /** Id and length of a chunk by its head; undefined length: it reaches to the end of the file. */
  read(head: Buffer): { readonly id: string; readonly bytes: number | undefined };
}

/** Lists the chunks of a file from an offset on, without their contents. */
export async function chunksFrom(
  file: StepFile,
  start: number,
  { head, align, read }: Layout,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for (let at = start; at + head <= file.bytes && chunks.length < MOST_CHUNKS; ) {
    const stated = read(await file.slice(at, head));
    const offset = at + head;
    const claimed = stated.bytes ?? file.bytes - offset;
    if (claimed < 0) break;
    chunks.push({ id: stated.id, offset, bytes: Math.min(claimed, file.bytes - offset), claimed });
    at = offset + Math.ceil(claimed / align) * align;
  }
  return chunks;
}
