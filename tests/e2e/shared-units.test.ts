import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { startRedis, type TestRedis } from "../fixtures/engines/redisServer.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, job, type NamedBody, type Started, startProcess, until, untilAlive } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** Masters with slaves of their own share the files of one job. */

const SLEEP = "(ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); return ms; }";
const FUNCTION = { task: "function", field: "items", options: { source: SLEEP, mode: "trusted" } };

let postgres: TestPostgres;
let redis: TestRedis;
let bucket: S3Server;
let folder: string;
let masters = 0;
const started: Started[] = [];

beforeAll(async () => {
  [postgres, redis, bucket] = await Promise.all([startPostgres(), startRedis(), S3Server.start()]);
  folder = await mkdtemp(join(tmpdir(), "manyhands-shared-"));
  await migrated(postgres.url);
}, 60_000);
afterEach(async () => {
  redis.thaw();
  await Promise.all(started.splice(0).map((one) => one.kill("SIGKILL")));
});
afterAll(async () => {
  await Promise.all([postgres.remove(), redis.remove(), bucket.end()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A master with a slave of its own. */
async function cell(env: Record<string, string>, slots = "1"): Promise<Started> {
  masters += 1;
  const own = join(folder, String(masters));
  const master = await begun("master", {
    DATABASE_URL: postgres.url,
    DATA_DIR: join(own, "data"),
    RESULTS_DIR: join(own, "results"),
    MASTER_PORT: "0",
    POLL_SECONDS: "0.5",
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
    RESULTS_IN_BUCKET: "false",
    ...bucket.variables("shared"),
    ...env,
  });
  const { url } = master;
  await begun("slave", {
    MASTER_URL: url,
    SLAVE_PORT: "0",
    SLAVE_SLOTS: slots,
    ALLOW_FUNCTIONS: "trusted",
    SLAVE_NAME: `slave-${masters}`,
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
  });
  await untilAlive(url, 1);
  return master;
}

async function begun(entry: "master" | "slave", env: Record<string, string>): Promise<Started> {
  const one = await startProcess(entry, env);
  started.push(one);
  return one;
}

function texts(count: number): NamedBody[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from(`Text ${n} is short and good.`),
  }));
}

async function accepted(at: Started, count: number): Promise<string> {
  const answer = await assign(at.url, texts(count), { task: "text", headers: { prefer: "respond-async" } });
  expect(answer.status).toBe(202);
  return answer.body.job_id;
}

async function endOf(at: Started, id: string): Promise<JobDetail> {
  return await until("the end of the job", async () => {
    const detail = await job(at.url, id);
    return detail.state !== undefined && isFinal(detail.state) ? detail : undefined;
  });
}

/** Names of the slaves that did files of a job. */
async function slavesOf(at: Started, id: string): Promise<readonly string[]> {
  const { files } = (await (await fetch(`${at.url}/jobs/${id}?limit=1000`)).json()) as JobDetail;
  return [...new Set(files.map(({ slave }) => slave ?? ""))].toSorted();
}

describe.each([
  ["Redis", () => ({ QUEUE_URL: redis.url })],
  ["PostgreSQL", () => ({ QUEUE_URL: postgres.url })],
])("over %s", (_, engine) => {
  test("a job of 200 texts is done by one master, and a long one by the slaves of two", {
    timeout: 90_000,
  }, async () => {
    const a = await cell(engine());
    const alone = await assign(a.url, texts(200), { task: "text" });
    expect(alone).toMatchObject({ status: 200, body: { total_files_processed: 200 } });
    const b = await cell(engine());
    const items = Array.from({ length: 100 }, (_, n) => ({ name: `${n}.json`, body: Buffer.from("[100]") }));
    const answer = await assign(a.url, items, { ...FUNCTION, headers: { prefer: "respond-async" } });
    const id = answer.body.job_id;
    expect(await endOf(b, id)).toMatchObject({ state: "succeeded", counts: { done: 100 } });
    expect(await slavesOf(a, id)).toHaveLength(2);
  });
});

test("while Redis is away a master does accepted jobs, refuses new ones, and goes on by itself", {
  timeout: 90_000,
}, async () => {
  const a = await cell({ QUEUE_URL: redis.url });
  const id = await accepted(a, 150);
  redis.freeze();
  const refused = await until("a refused job", async () => {
    const answer = await assign(a.url, texts(1), { task: "text", headers: { prefer: "respond-async" } });
    return answer.status === 202 ? undefined : answer;
  });
  expect(refused).toMatchObject({ status: 503, body: { code: "queue_unavailable" } });
  expect(refused.headers.get("retry-after")).toBe("5");
  const ready = await fetch(`${a.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: "queue_away" }]);
  redis.thaw();
  await until("a ready master", async () => ((await fetch(`${a.url}/readyz`)).ok ? true : undefined));
  expect(await endOf(a, id)).toMatchObject({ state: "succeeded", counts: { done: 150 } });
  await redis.crash();
  await redis.start();
  const last = await until("an accepted job", async () => await accepted(a, 40).catch(() => undefined));
  expect(await endOf(a, last)).toMatchObject({ state: "succeeded", counts: { done: 40 } });
});

test("a master whose neighbour ends does the files that this one had", { timeout: 90_000 }, async () => {
  const a = await cell({ QUEUE_URL: redis.url });
  const b = await cell({ QUEUE_URL: redis.url }, "4");
  const id = await accepted(a, 600);
  await until("files that are done", async () =>
    (await job(a.url, id)).counts.done > 40 ? true : undefined,
  );
  await b.kill("SIGKILL");
  expect(await endOf(a, id)).toMatchObject({ state: "succeeded", counts: { done: 600 } });
});
