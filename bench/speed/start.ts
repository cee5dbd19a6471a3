import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type RunningFleet, startFleet } from "../../tests/e2e/fleet.ts";
import { cpuSeconds, cpuSecondsBelow, ownCpuSeconds } from "./meter.ts";
import { profiled, profileEnvironment } from "./profile.ts";

const HOOK = pathToFileURL(join(import.meta.dirname, "registry/register.mjs")).href;

/** Starts a master and one slave with the tasks of the benchmark, and stops them after `work`, even when it fails. */
export async function withFleet<T>(
  { slots = 1, env = {} }: { readonly slots?: number; readonly env?: Record<string, string> },
  work: (running: BenchFleet) => Promise<T>,
): Promise<T> {
  const fleet = await startFleet({ ...benchOptions(), ...env });
  try {
    const slave = slots === 0 ? undefined : await fleet.slave({ SLAVE_SLOTS: String(slots) });
    if (slave !== undefined) await fleet.alive(1);
    const masterPid = fleet.master.process.pid ?? 0;
    const slavePid = slave?.process.pid ?? 0;
    return await work({ fleet, url: fleet.master.url, masterPid, slavePid });
  } finally {
    await fleet.stop();
  }
}

/** Variables of a master or slave with the tasks of the benchmark. */
export function benchOptions(): Record<string, string> {
  const { options, env } = profileEnvironment();
  return { NODE_OPTIONS: `--import=${HOOK}${options}`, ...env };
}

export interface BenchFleet {
  readonly fleet: RunningFleet;
  readonly url: string;
  readonly masterPid: number;
  readonly slavePid: number;
}

/** CPU seconds of each process. */
export interface Spent {
  readonly master: number;
  readonly slave: number;
  readonly children: number;
  readonly client: number;
}

/** CPU seconds of `work` in each process. */
export async function spent(
  running: BenchFleet,
  work: () => Promise<unknown>,
): Promise<Spent & { wall: number }> {
  const before = spentUntilNow(running);
  const began = performance.now();
  await profiled(running, work);
  const wall = (performance.now() - began) / 1000;
  const after = spentUntilNow(running);
  return {
    wall,
    master: after.master - before.master,
    slave: after.slave - before.slave,
    children: after.children - before.children,
    client: after.client - before.client,
  };
}

export function total({ master, slave, children: below, client }: Spent): number {
  return master + slave + below + client;
}

function spentUntilNow({ masterPid, slavePid }: BenchFleet): Spent {
  const { user, system } = process.cpuUsage();
  return {
    master: cpuSeconds(masterPid),
    slave: ownCpuSeconds(slavePid),
    children: cpuSecondsBelow(slavePid),
    client: (user + system) / 1e6,
  };
}
