import { cpuSeconds } from "../meter.ts";
import type { EngineSite } from "./site.ts";

/** CPU seconds of all processes of a kind. */
export interface Cost {
  readonly masters: number;
  readonly postgres: number;
  readonly redis: number;
  readonly bucket: number;
  readonly slaves: number;
  readonly client: number;
}

export interface TimedCost {
  readonly cost: Cost;
  /** Seconds by the clock. */
  readonly wall: number;
}

export async function costOf(site: EngineSite, work: () => Promise<unknown>): Promise<TimedCost> {
  const before = costUntilNow(site);
  const began = performance.now();
  await work();
  const wall = (performance.now() - began) / 1000;
  const after = costUntilNow(site);
  return {
    wall,
    cost: {
      masters: after.masters - before.masters,
      postgres: after.postgres - before.postgres,
      redis: after.redis - before.redis,
      bucket: after.bucket - before.bucket,
      slaves: after.slaves - before.slaves,
      client: after.client - before.client,
    },
  };
}

export function costUntilNow({ masters, hosts, servers }: EngineSite): Cost {
  const { user, system } = process.cpuUsage();
  const sum = (pids: readonly (number | undefined)[]) =>
    pids.reduce<number>((all, pid) => all + (pid === undefined ? 0 : cpuSeconds(pid)), 0);
  return {
    masters: sum(masters.map((master) => master.process.pid)),
    postgres: sum([servers.postgres?.pid]),
    redis: sum([servers.redis?.pid]),
    bucket: sum([servers.bucket?.pid]),
    slaves: sum(hosts.map(({ pid }) => pid)),
    client: (user + system) / 1e6,
  };
}

/** CPU milliseconds for each unit, in words; what did not run is left out. */
export function perUnit(cost: Cost, units: number): string {
  const names: readonly (readonly [keyof Cost, string])[] = [
    ["masters", "masters"],
    ["postgres", "PostgreSQL"],
    ["redis", "Redis"],
    ["bucket", "bucket's server"],
    ["slaves", "simulated slaves"],
    ["client", "client"],
  ];
  return names
    .filter(([kind]) => cost[kind] > 0)
    .map(([kind, name]) => `${name} ${((cost[kind] * 1000) / units).toFixed(2)}`)
    .join(", ");
}

export function allOf(cost: Cost): number {
  return Object.values(cost).reduce((sum, seconds) => sum + seconds, 0);
}

/** What is left of a cost without so many times another one. */
export function less(cost: Cost, other: Cost, times: number): Cost {
  const left = (kind: keyof Cost) => Math.max(0, cost[kind] - times * other[kind]);
  return {
    masters: left("masters"),
    postgres: left("postgres"),
    redis: left("redis"),
    bucket: left("bucket"),
    slaves: left("slaves"),
    client: left("client"),
  };
}
