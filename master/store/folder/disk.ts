import { constants, type FileHandle, open } from "node:fs/promises";
import { AppError, isErrno } from "../../../shared/errors.ts";

// Windows has no such flag, and makes symbolic links for administrators only.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
export const TO_READ = constants.O_RDONLY | NO_FOLLOW;
export const TO_CHANGE = constants.O_RDWR | NO_FOLLOW;
export const TO_APPEND = constants.O_WRONLY | constants.O_APPEND | NO_FOLLOW;
export const TO_GROW = constants.O_RDWR | constants.O_CREAT | NO_FOLLOW;
export const TO_CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;

/** Opens a file for as long as `work` takes. */
export async function withFile<T>(
  path: string,
  flags: number,
  work: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(path, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** Appends all chunks. A disk that is nearly full takes a part of them; writing the rest then throws its error. */
export async function appendFully(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const bytes = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten < bytes) await writeFully(handle, Buffer.concat(chunks).subarray(bytesWritten), null);
}

/** Writes all bytes; a single write may write fewer. */
export async function writeFully(handle: FileHandle, bytes: Buffer, position: number | null): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const at = position === null ? null : position + written;
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, at);
    written += bytesWritten;
  }
}

/** Reads `length` bytes from `position`; fewer only at the end of the file. */
export async function readFully(handle: FileHandle, length: number, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The error as it is, but `no_space` for a full disk. */
export function diskError(error: unknown): unknown {
  if (!isErrno(error, "ENOSPC", "EDQUOT")) return error;
  return new AppError("no_space", "There is no room left on the disk of the store (DATA_DIR).", {
    status: 507,
    cause: error,
  });
}
