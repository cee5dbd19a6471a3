import { open } from "node:fs/promises";
import { contentOf, isPart, type LocalFile } from "./local.ts";
import type { StepFile } from "./task.ts";

/** Gives a step access to bytes in memory or in a file. */
export function stepFile(file: LocalFile): StepFile {
  const { filename, bytes, sha256 } = file;
  return {
    filename,
    bytes,
    sha256,
    read: () => contentOf(file),
    slice: (offset, length) => slice(file, offset, length),
  };
}

async function slice(file: LocalFile, offset: number, length: number): Promise<Buffer> {
  const { body } = file;
  if (body instanceof Uint8Array || isPart(body))
    return (await contentOf(file)).subarray(offset, offset + length);
  const handle = await open(body.path, "r");
  try {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
