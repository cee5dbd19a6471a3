import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { makeHosts, type TestHost, type TestHosts } from "../fixtures/hosts.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, job, type Started, startProcess, until, untilAlive } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** A database, two masters and a slave for each, on five hosts with addresses of their own, whose cables are pulled. */
const SLEEP = "(ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); return ms; }";
const FUNCTION = { task: "function", field: "items", options: { source: SLEEP, mode: "trusted" } };

let hosts: TestHosts;
let folder: string;
let engine: TestHost;
let first: TestHost;
let postgres: TestPostgres;
let bucket: S3Server;
let a: Started;
let b: Started;
const started: Started[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-engine-hosts-"));
  hosts = await makeHosts(78);
  engine = await hosts.add();
  [postgres, bucket] = await Promise.all([startPostgres([], engine), S3Server.start(hosts.address)]);
  await migrated(postgres.url);
  first = await hosts.add();
  a = await master("a", first);
  b = await master("b", await hosts.add());
  for (const [name, url] of [
    ["s", a.url],
    ["t", b.url],
  ] as const)
    await slave(name, await hosts.add(), url);
  await untilAlive(b.url, 2);
}, 120_000);
afterAll(async () => {
  await Promise.all(started.map((one) => one.kill("SIGKILL")));
  await Promise.all([postgres?.remove(), bucket?.end()]);
  await hosts.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function begun(
  entry: "master" | "slave",
  host: TestHost,
  env: Record<string, string>,
): Promise<Started> {
  const one = await startProcess(entry, { FLEET_TOKEN: "secret", LOG_LEVEL: "warn", ...env }, { host });
  started.push(one);
  return one;
}

async function master(name: string, host: TestHost): Promise<Started> {
  const one = await begun("master", host, {
    ...bucket.variables("shared"),
    DATABASE_URL: postgres.url,
    MASTER_HOST: host.address,
    MASTER_PORT: "5000",
    ALLOW_ANONYMOUS: "true",
    ALLOWED_HOSTS: host.address,
    DATA_DIR: join(folder, name, "data"),
    RESULTS_DIR: join(folder, name, "results"),
    POLL_SECONDS: "0.5",
  });
  return { ...one, url: `http://${host.address}:5000` };
}

async function slave(name: string, host: TestHost, url: string): Promise<Started> {
  return await begun("slave", host, {
    SLAVE_NAME: name,
    SLAVE_HOST: host.address,
    SLAVE_SLOTS: "2",
    MASTER_URL: url,
    DATA_DIR: join(folder, name),
    ALLOW_FUNCTIONS: "trusted",
  });
}

async function accepted({ url }: Started, units: number, ms: number): Promise<string> {
  const items = Array.from({ length: units }, (_, n) => ({
    name: `${n}.json`,
    body: Buffer.from(`${ms + (n % 7)}`),
  }));
  const { status, body } = await assign(url, items, { ...FUNCTION, headers: { prefer: "respond-async" } });
  expect(status).toBe(202);
  return body.job_id;
}

async function succeeded({ url }: Started, id: string, units: number): Promise<void> {
  const ended = await until("the end of the job", async () => {
    const now = await job(url, id);
    return now.ended_at === undefined ? undefined : now;
  });
  expect(ended).toMatchObject({ state: "succeeded", counts: { total: units, done: units } });
}

async function someDone({ url }: Started, id: string): Promise<void> {
  await until("a result", async () => ((await job(url, id)).counts.done > 0 ? true : undefined));
}

const isReady = async ({ url }: Started) => (await fetch(`${url}/readyz`)).ok;

test("the database is cut off for 30 s: both masters say so, refuse new jobs, and end the accepted ones after it", {
  timeout: 240_000,
}, async () => {
  const id = await accepted(a, 120, 300);
  await someDone(b, id);
  await engine.cutOff();
  await sleep(30_000);
  for (const one of [a, b]) {
    expect(await isReady(one)).toBe(false);
    const refused = await assign(one.url, [{ name: "0.json", body: Buffer.from("1") }], FUNCTION);
    expect(refused).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
    expect(refused.headers.get("retry-after")).not.toBeNull();
  }
  await engine.mend();
  for (const one of [a, b])
    await until("a master that is ready", async () => (await isReady(one)) || undefined);
  await succeeded(b, id, 120);
  await succeeded(a, await accepted(a, 4, 50), 4);
});

test("a master is cut off from all: its job goes on at the other one, and it comes back to what that one says", {
  timeout: 240_000,
}, async () => {
  const id = await accepted(a, 100, 300);
  await someDone(b, id);
  await first.cutOff();
  const cutAt = Date.now();
  const before = (await job(b.url, id)).counts.done;
  await until("its job at the other master", async () =>
    (await job(b.url, id)).counts.done > before + 4 ? true : undefined,
  );
  expect(Date.now() - cutAt).toBeLessThan(30_000);
  await succeeded(b, id, 100);
  await first.mend();
  await until("a master that is ready", async () => (await isReady(a)) || undefined);
  await succeeded(a, id, 100);
  await untilAlive(a.url, 2);
  await succeeded(a, await accepted(a, 8, 50), 8);
});
