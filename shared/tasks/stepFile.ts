import { open } from "node:fs/promises";
import { type Body, bytesOf, type LocalFile } from "./local.ts";
import type { StepFile } from "./task.ts";

/** A step's view of bytes that lie in memory or in a file. */
export function stepFile(file: LocalFile): StepFile {
  const { filename, bytes, sha256, body } = file;
  return {
    filename,
    bytes,
    sha256,
    read: () => bytesOf(body),
    slice: (offset, length) => slice(body, offset, length),
  };
}

async function slice(body: Body, offset: number, length: number): Promise<Buffer> {
  if (body instanceof Uint8Array) return (await bytesOf(body)).subarray(offset, offset + length);
  const handle = await open(body.path, "r");
  try {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
