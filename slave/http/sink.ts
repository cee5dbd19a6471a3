import { createHash, type Hash, randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { IncomingFile } from "../../shared/http/sinkEngine.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";

/** Bytes that are gathered before they are written, so that most files are one write. */
const BLOCK = 512 * 1024;

/** Stores the files of a request: small ones in memory, the others in `folder`. */
export function fileSink(folder: string, smallBytes: number) {
  return async (stream: Readable, { filename }: Pick<IncomingFile, "filename">): Promise<LocalFile> => {
    const hash = createHash("sha256");
    const start: Buffer[] = [];
    let bytes = 0;
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      hash.update(next.value);
      start.push(next.value);
      bytes += next.value.length;
      if (bytes > smallBytes) return await spill({ filename, folder, hash, start, bytes }, chunks);
    }
    // A copy of its own: a chunk may be a view of a much larger one.
    return { filename, bytes, sha256: hash.digest("hex"), body: Buffer.concat(start, bytes) };
  };
}

export async function removeFile({ body }: LocalFile): Promise<void> {
  if (!(body instanceof Uint8Array)) await rm(body.path, { force: true });
}

interface Begun {
  readonly filename: string;
  readonly folder: string;
  readonly hash: Hash;
  readonly start: readonly Buffer[];
  readonly bytes: number;
}

async function spill(begun: Begun, chunks: AsyncIterator<Buffer>): Promise<LocalFile> {
  const { filename, hash, start } = begun;
  const path = join(begun.folder, `in-${randomUUID()}`);
  const handle = await open(path, "wx", 0o600);
  let { bytes } = begun;
  let held = [...start];
  let heldBytes = bytes;
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      hash.update(next.value);
      bytes += next.value.length;
      heldBytes += next.value.length;
      held.push(next.value);
      if (heldBytes < BLOCK) continue;
      await append(handle, held);
      held = [];
      heldBytes = 0;
    }
    await append(handle, held);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return { filename, bytes, sha256: hash.digest("hex"), body: { path } };
}

async function append(handle: FileHandle, held: readonly Buffer[]): Promise<void> {
  if (held.length === 0) return;
  const { bytesWritten } = await handle.writev(held);
  // A disk that is nearly full takes some of the bytes; writing the rest throws the error.
  const bytes = held.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten < bytes) await handle.appendFile(Buffer.concat(held).subarray(bytesWritten));
}
