import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Started, startProcess, untilAlive } from "../../../tests/e2e/fleet.ts";
import { startPostgres, type TestPostgres } from "../../../tests/fixtures/engines/postgresServer.ts";
import { startRedis, type TestRedis } from "../../../tests/fixtures/engines/redisServer.ts";
import { S3Server } from "../../../tests/fixtures/store/s3Server.ts";
import { type SimulatedHost, startHost } from "../simulated/startHost.ts";
import { benchOptions } from "../start.ts";

/** How masters keep jobs and share units: a file; PostgreSQL for both; PostgreSQL and Redis. */
export const ENGINES = ["embedded", "postgres", "redis"] as const;
export type Engine = (typeof ENGINES)[number];

export interface SiteOptions {
  readonly engine: Engine;
  /** One on the embedded engine. */
  readonly masters: number;
  /** Simulated slaves of each master, in a process of their own; 0: none are started. */
  readonly slaves: number;
  /** Of each slave. */
  readonly slots: number;
}

/** Masters that share a database and a bucket, each with simulated slaves. */
export interface EngineSite {
  readonly masters: readonly Started[];
  /** Processes of simulated slaves, in the order of their masters. */
  readonly hosts: readonly SimulatedHost[];
  readonly servers: Servers;
}

interface Servers {
  readonly postgres?: TestPostgres | undefined;
  readonly redis?: TestRedis | undefined;
  readonly bucket?: S3Server | undefined;
}

const CLI = join(import.meta.dirname, "../../../dist/cli/main.js");
/** Commits are synced to the disk, as they are in service; Redis syncs its file once a second. */
const POSTGRES = ["fsync=on", "max_connections=120"];

/** Starts what the options name and stops it after `work`, even when that fails. */
export async function withSite<T>(options: SiteOptions, work: (site: EngineSite) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-engines-"));
  const servers = await startServers(options.engine);
  const masters: Started[] = [];
  const hosts: SimulatedHost[] = [];
  try {
    const env = variables(servers);
    for (let n = 0; n < options.masters; n += 1)
      masters.push(await startMaster(join(folder, `master-${n}`), env));
    const { slaves, slots } = options;
    const places = slaves > 0 ? masters : [];
    const wishes = places.map(({ url: master }) => ({ master, slaves, slots, tellsUnits: false }));
    hosts.push(...(await Promise.all(wishes.map(startHost))));
    await Promise.all(masters.map(({ url }) => untilAlive(url, slaves * masters.length)));
    return await work({ masters, hosts, servers });
  } finally {
    await Promise.all([...hosts.map((host) => host.kill()), ...masters.map((one) => one.kill("SIGKILL"))]);
    await Promise.all([servers.postgres?.remove(), servers.redis?.remove(), servers.bucket?.end()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function startServers(engine: Engine): Promise<Servers> {
  if (engine === "embedded") return {};
  const [postgres, bucket] = await Promise.all([startPostgres(POSTGRES), S3Server.start()]);
  const env = { ...process.env, DATABASE_URL: postgres.url };
  await promisify(execFile)(process.execPath, [CLI, "migrate"], { env });
  return { postgres, bucket, redis: engine === "redis" ? await startRedis() : undefined };
}

function variables({ postgres, redis, bucket }: Servers): Record<string, string> {
  return {
    ...(postgres && { DATABASE_URL: postgres.url }),
    ...(redis && { QUEUE_URL: redis.url }),
    ...bucket?.variables("bench"),
    // Results lie in the folders of the masters, as on the embedded engine.
    ...(bucket && { RESULTS_IN_BUCKET: "false" }),
  };
}

async function startMaster(folder: string, env: Record<string, string>): Promise<Started> {
  return await startProcess("master", {
    ...benchOptions(),
    DATA_DIR: join(folder, "data"),
    RESULTS_DIR: join(folder, "results"),
    MASTER_PORT: "0",
    LOG_LEVEL: "warn",
    ...env,
  });
}
