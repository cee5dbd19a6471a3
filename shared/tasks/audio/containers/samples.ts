import { FileError } from "../../../errors.ts";
import type { Chunk } from "../wav/chunks.ts";

/** Where the samples lie in their chunk. @throws FileError `corrupt_file` where the file ends before them */
export function samplesIn(
  chunk: Chunk | undefined,
  { before, container }: { readonly before: number; readonly container: string },
): Chunk {
  if (chunk === undefined)
    throw new FileError("corrupt_file", `The ${container} file holds no samples: their chunk is missing.`);
  const data = {
    id: chunk.id,
    offset: chunk.offset + before,
    bytes: Math.max(0, chunk.bytes - before),
    claimed: Math.max(0, chunk.claimed - before),
  };
  if (data.bytes === 0 && data.claimed > 0)
    throw new FileError(
      "corrupt_file",
      `The ${container} file ends after its header: all of its samples are missing.`,
    );
  return data;
}

/** The content of a chunk that must be there. @throws FileError `corrupt_file` */
export function needed(chunk: Chunk | undefined, name: string, least: number): Chunk {
  if (chunk !== undefined && chunk.bytes >= least) return chunk;
  throw new FileError("corrupt_file", `The ${name} of the file is missing or cut short.`);
}
