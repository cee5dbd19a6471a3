import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { AppError, isDiskFull } from "../shared/errors.ts";
import { usableFolder } from "../shared/usableFolder.ts";

/**
 * Makes the slave's own folder, empty, and removes the folders of slaves that were killed. No
 * file in it outlives the process.
 * @throws AppError `disk_full`, `bad_folder`
 */
export async function ownFolder(dataDir: string, host: string, port: number): Promise<string> {
  try {
    return await makeFolder(dataDir, host, port);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new AppError("disk_full", `The slave cannot start: the disk of DATA_DIR (${dataDir}) is full.`);
  }
}

async function makeFolder(dataDir: string, host: string, port: number): Promise<string> {
  const root = resolve(dataDir);
  const folder = join(root, `slave-${host.replace(/[^\w.-]/g, "_")}-${port}`);
  await usableFolder({ folder: root, variable: "DATA_DIR" });
  await sweep(root);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, OWNER), `${hostname()} ${process.pid}`);
  return folder;
}

/** Name of the file that says which process a folder belongs to. */
const OWNER = "owner";

async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith("slave-")) continue;
    const owner = await readFile(join(root, name, OWNER), "utf8").catch(() => "");
    if (isGone(owner)) await rm(join(root, name), { recursive: true, force: true });
  }
}

/** False for a process of another machine or container, whose id means nothing here. */
function isGone(owner: string): boolean {
  const [host, pid] = owner.split(" ");
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
