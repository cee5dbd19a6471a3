import { execFile } from "node:child_process";
import { mkdir, statfs } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk of memory whose size can be changed while it is written to. */
export interface SmallDisk {
  /** Leaves so many bytes free. */
  fill(free: number): Promise<void>;
  /** Restores the full size. */
  empty(): Promise<void>;
  unmount(): Promise<void>;
}

const ROOM = "2g";
/** Tries to shrink the disk to its contents while other processes write. */
const TRIES = 20;

/** Mounts a disk at a folder; undefined where this process may not mount (without root). */
export async function mountSmallDisk(folder: string): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${ROOM}`, "tmpfs", folder]);
  } catch {
    return undefined;
  }
  const resize = (size: string) => run("mount", ["-o", `remount,size=${size}`, folder]);
  return {
    fill: async (free) => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const { blocks, bfree, bsize } = await statfs(folder);
        // The system refuses when something was written in the meantime.
        const filled = await resize(`${(blocks - bfree) * bsize + free}`).catch(() => undefined);
        if (filled !== undefined) return;
      }
    },
    empty: async () => {
      await resize(ROOM);
    },
    // A lazy unmount: an ending process may still use the disk.
    unmount: async () => {
      await run("umount", ["-l", folder]).catch(() => undefined);
    },
  };
}
