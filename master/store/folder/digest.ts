import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 1024 * 1024;
/** Reused: a new buffer for each file would cost more in garbage collection than reading the file. */
const blocks: Buffer[] = [];

/**
 * SHA-256 (lower-case hex) of the first `bytes` bytes of an open file.
 * @throws Error when it is shorter
 */
export async function digestOf(file: FileHandle, bytes: number): Promise<string> {
  const block = blocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const hash = createHash("sha256");
  try {
    for (let done = 0; done < bytes; ) {
      const { bytesRead } = await file.read(block, 0, Math.min(BLOCK_BYTES, bytes - done), done);
      if (bytesRead === 0) throw new Error("the file became shorter while its digest was made");
      hash.update(block.subarray(0, bytesRead));
      done += bytesRead;
    }
    return hash.digest("hex");
  } finally {
    blocks.push(block);
  }
}
