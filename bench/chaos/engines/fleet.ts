import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Started, startProcess, until, untilAlive } from "../../../tests/e2e/fleet.ts";
import { type Gate, openGate } from "../../../tests/fixtures/engines/gate.ts";
import { startPostgres } from "../../../tests/fixtures/engines/postgresServer.ts";
import { startRedis } from "../../../tests/fixtures/engines/redisServer.ts";
import { freePort } from "../../../tests/fixtures/freePort.ts";
import { S3Server } from "../../../tests/fixtures/store/s3Server.ts";
import { CHAOS_TOKEN, SILENCE_SECONDS } from "../fleet.ts";
import { supervised } from "../supervised.ts";
import { type Front, openFront } from "./front.ts";

export const ENGINES = ["postgres", "redis"] as const;
export type ChaosEngine = (typeof ENGINES)[number];

export interface EngineFleetOptions {
  /** What the masters share units by; the record is always on PostgreSQL. */
  readonly engine: ChaosEngine;
  readonly masters: number;
  readonly slaves: number;
  readonly slots: number;
}

/** A server of others that faults hit. */
export interface Server {
  readonly name: string;
  crash(): Promise<void>;
  start(): Promise<void>;
  freeze(): Promise<void> | void;
  thaw(): Promise<void> | void;
}

export interface EngineMaster {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** Its ways to the servers. */
  readonly gates: readonly Gate[];
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface EngineSlave {
  readonly name: string;
  readonly pid: number;
  restart(afterMs: number): Promise<void>;
}

/** Several masters on PostgreSQL and a bucket, each behind gates of its own, and slaves that know them all. */
export interface EngineFleet {
  readonly folder: string;
  readonly masters: readonly EngineMaster[];
  readonly slaves: readonly EngineSlave[];
  readonly servers: readonly Server[];
  readonly bucket: S3Server;
  /** A door to all masters. */
  readonly url: string;
  /** Ends masters and slaves. */
  halt(): Promise<void>;
  stop(): Promise<void>;
}

const CLI = join(import.meta.dirname, "../../../dist/cli/main.js");
/** Prefix of the bucket. */
export const PREFIX = "chaos";
/** Attempts of a supervisor to start a process again: it cannot start while a server is away. */
const STARTS = 120;

export async function startEngineFleet(options: EngineFleetOptions): Promise<EngineFleet> {
  const [postgres, bucket] = await Promise.all([startPostgres(), S3Server.start()]);
  const redis = options.engine === "redis" ? await startRedis() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "manyhands-engines-"));
  const env = { ...process.env, DATABASE_URL: postgres.url, ...(redis && { QUEUE_URL: redis.url }) };
  await promisify(execFile)(process.execPath, [CLI, "migrate"], { env });
  const urls: Record<string, string> = { DATABASE_URL: postgres.url, ...(redis && { QUEUE_URL: redis.url }) };
  const masters = await Promise.all(
    Array.from({ length: options.masters }, (_, n) => startMaster(folder, { n, urls, bucket })),
  );
  const front: Front = await openFront(masters.map(({ url }) => Number(new URL(url).port)));
  const slaves = await Promise.all(
    Array.from({ length: options.slaves }, (_, n) =>
      startSlave(masters, { n, slots: options.slots, folder }),
    ),
  );
  await untilAlive(front.url, options.slaves);
  const halt = async () => {
    await Promise.all([...masters, ...slaves].map((one) => one.kill()));
    await Promise.all(masters.flatMap(({ gates }) => gates).map((gate) => gate.close()));
  };
  return {
    folder,
    masters,
    slaves,
    servers: [{ name: "postgres", ...postgres }, ...(redis ? [{ name: "redis", ...redis }] : [])],
    bucket,
    url: front.url,
    halt,
    stop: async () => {
      await halt();
      await front.close();
      await Promise.all([postgres.remove(), bucket.end(), redis?.remove()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface MasterPlace {
  readonly n: number;
  /** Variables with the addresses of servers. */
  readonly urls: Readonly<Record<string, string>>;
  readonly bucket: S3Server;
}

async function startMaster(folder: string, { n, urls, bucket }: MasterPlace): Promise<EngineMaster> {
  const gates: Gate[] = [];
  const ways: Record<string, string> = {};
  for (const [variable, url] of Object.entries(urls)) {
    const gate = await openGate(Number(new URL(url).port));
    gates.push(gate);
    ways[variable] = url.replace(/:\d+/, `:${gate.port}`);
  }
  const name = `master-${n}`;
  const env = {
    ...bucket.variables(PREFIX),
    ...ways,
    MASTER_PORT: String(await freePort()),
    DATA_DIR: join(folder, name, "data"),
    RESULTS_DIR: join(folder, name, "results"),
    SLAVE_SILENCE_SECONDS: String(SILENCE_SECONDS),
    POLL_SECONDS: "0.5",
    LOG_LEVEL: "info",
    FLEET_TOKEN: CHAOS_TOKEN,
  };
  let started: Started = await startProcess("master", env);
  return {
    name,
    gates,
    get pid() {
      return started.process.pid ?? 0;
    },
    get url() {
      return started.url;
    },
    kill: () => started.kill("SIGKILL"),
    start: async () => {
      started = await supervised(() => startProcess("master", env), STARTS);
    },
  };
}

interface SlavePlace {
  readonly n: number;
  readonly slots: number;
  readonly folder: string;
}

async function startSlave(
  masters: readonly EngineMaster[],
  { n, slots, folder }: SlavePlace,
): Promise<EngineSlave & { kill(): Promise<void> }> {
  const name = `slave-${n}`;
  // Each begins its list at another master.
  const list = masters.map((_, place) => masters[(place + n) % masters.length]?.url ?? "");
  const env = {
    MASTER_URL: list.join(","),
    SLAVE_NAME: name,
    SLAVE_PORT: String(await freePort()),
    SLAVE_SLOTS: String(slots),
    DATA_DIR: join(folder, name),
    LOG_LEVEL: "warn",
    FLEET_TOKEN: CHAOS_TOKEN,
    ALLOW_FUNCTIONS: "sandbox",
  };
  let started: Started = await startProcess("slave", env);
  return {
    name,
    get pid() {
      return started.process.pid ?? 0;
    },
    kill: () => started.kill("SIGKILL"),
    restart: async (afterMs) => {
      await started.kill("SIGKILL");
      await sleep(afterMs);
      started = await supervised(() => startProcess("slave", env), STARTS);
    },
  };
}

/** Looks at which a master must answer in a row: the end of an outage is seen some seconds after it. */
const LOOKS = 10;

/** Resolves when every master answers for good. */
export async function untilReady({ masters }: Pick<EngineFleet, "masters">): Promise<void> {
  for (let good = 0; good < LOOKS; good += 1) {
    for (const { url } of masters)
      await until(`${url} ready`, async () => {
        const { ok } = await fetch(`${url}/jobs?limit=1`);
        if (!ok) good = 0;
        return ok ? true : undefined;
      });
    await sleep(500);
  }
}
