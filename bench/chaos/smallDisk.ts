import { execFile } from "node:child_process";
import { mkdir, statfs } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk of memory whose size can be changed while it is written to. */
export interface SmallDisk {
  /** Leaves so many bytes free. */
  fill(free: number): Promise<void>;
  /** Gives back the room that it had. */
  empty(): Promise<void>;
  unmount(): Promise<void>;
}

const ROOM = "2g";
/** Tries to make it no larger than what is on it, while others write. */
const TRIES = 20;

/** Mounts one at a folder; undefined where this process may not mount (it takes root). */
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
        // Refused when something was written in the meantime.
        const filled = await resize(`${(blocks - bfree) * bsize + free}`).catch(() => undefined);
        if (filled !== undefined) return;
      }
    },
    empty: async () => {
      await resize(ROOM);
    },
    // Lazily: a process that is just ending may still hold it.
    unmount: async () => {
      await run("umount", ["-l", folder]).catch(() => undefined);
    },
  };
}
