import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { drawFlames } from "./flame.ts";

/** Folder for the profiles of master and slave; undefined: no profiles. Set once, at the start. */
let folder: string | undefined;

export async function profileInto(wanted: string): Promise<void> {
  await mkdir(wanted, { recursive: true });
  folder = wanted;
}

/** Environment with which master and slaves can be profiled. */
export function profileEnvironment(): { readonly options: string; readonly env: Record<string, string> } {
  if (folder === undefined) return { options: "", env: {} };
  const hook = pathToFileURL(join(import.meta.dirname, "registry/profile.mjs")).href;
  return { options: ` --import=${hook}`, env: { BENCH_PROFILE: folder } };
}

/** Profiles master and slave during `work`; a later run overwrites the profiles. */
export async function profiled<T>(
  { masterPid, slavePid }: { readonly masterPid: number; readonly slavePid: number },
  work: () => Promise<T>,
): Promise<T> {
  if (folder === undefined) return await work();
  const roles = { master: masterPid, slave: slavePid };
  const running = Object.entries(roles).filter(([, pid]) => pid !== 0);
  const signal = () => {
    for (const [, pid] of running) process.kill(pid, "SIGUSR2");
  };
  const since = Date.now();
  signal();
  try {
    return await work();
  } finally {
    signal();
    for (const [role] of running) await draw(join(folder, role), role, since);
  }
}

async function draw(path: string, role: string, since: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    await sleep(100);
    const found = await stat(`${path}.cpuprofile`).catch(() => undefined);
    if (found === undefined || found.mtimeMs < since) continue;
    await sleep(300);
    return await drawFlames(`${path}.cpuprofile`, `${path}.svg`, role);
  }
}
