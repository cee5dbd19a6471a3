import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 256 * 1024;
/** Used again and again: fresh buffers would cost more in garbage collection than the reading does. */
const blocks: Buffer[] = [];

/** Bytes and SHA-256 (lower-case hex) of an open file, read from its start. */
export async function digestOf(
  file: FileHandle,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const block = blocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const hash = createHash("sha256");
  try {
    for (let bytes = 0; ; ) {
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
      hash.update(block.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    blocks.push(block);
  }
}
