import { open } from "node:fs/promises";
import { isErrno } from "./errors.ts";

/** Makes the names of new files in a folder survive a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows cannot sync a folder, and need not.
    if (!isErrno(error, "EISDIR", "EPERM", "EINVAL", "ENOTSUP")) throw error;
  }
}
