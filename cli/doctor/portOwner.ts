import { readdir, readFile, readlink } from "node:fs/promises";

/** The program that listens on a TCP port of this machine: `nginx (process 812)`. Linux tells it, to its owner. */
export async function portOwner(port: number): Promise<string | undefined> {
  const inodes = new Set([
    ...(await listening("/proc/net/tcp", port)),
    ...(await listening("/proc/net/tcp6", port)),
  ]);
  if (inodes.size === 0) return undefined;
  const pids = (await entriesOf("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await hasSocket(pid, inodes))) continue;
    const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
    return `${name || "a program"} (process ${pid})`;
  }
  return undefined;
}

/** State of a listening socket in /proc/net/tcp. */
const LISTEN = "0A";

async function listening(table: string, port: number): Promise<string[]> {
  const text = await readFile(table, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const isIt = state === LISTEN && Number.parseInt(local.split(":")[1] ?? "", 16) === port;
    return isIt ? inode : [];
  });
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const descriptor of await entriesOf(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "")) return true;
  }
  return false;
}

/** Empty where this user may not look. */
async function entriesOf(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
