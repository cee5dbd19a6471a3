import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { startRedis, type TestRedis } from "../fixtures/engines/redisServer.ts";
import { freePort } from "../fixtures/freePort.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, type Started, startProcess, until, untilAlive } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** Masters that are started before the engines that they need. */

let folder: string;
let postgres: TestPostgres;
let redis: TestRedis;
let bucket: S3Server;
const started: Started[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-wait-"));
  [postgres, redis, bucket] = await Promise.all([startPostgres(), startRedis(), S3Server.start()]);
  await migrated(postgres.url);
}, 60_000);
afterAll(async () => {
  await Promise.all(started.map((one) => one.kill("SIGKILL")));
  await Promise.all([postgres.remove(), redis.remove(), bucket.end()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function environment(): Record<string, string> {
  const folders = { DATA_DIR: join(folder, "data"), RESULTS_DIR: join(folder, "results") };
  const engines = { DATABASE_URL: postgres.url, QUEUE_URL: redis.url, ...bucket.variables("waiting") };
  return { ...folders, ...engines, MASTER_PORT: "0", POLL_SECONDS: "0.5", LOG_LEVEL: "warn" };
}

test("a master waits for its database, its bucket and its queue, says for which, and then takes jobs", {
  timeout: 120_000,
}, async () => {
  await Promise.all([postgres.crash(), redis.crash(), bucket.kill()]);
  const log: string[] = [];
  const starting = startProcess("master", environment(), { log });
  const waits = (what: string) => until(what, async () => (log.join("").includes(what) ? true : undefined));
  await waits("The database (DATABASE_URL) does not answer");
  await postgres.start();
  await waits("The bucket manyhands at");
  await bucket.start();
  await waits("The queue (QUEUE_URL) does not answer");
  await redis.start();
  const master = await starting;
  started.push(master);
  expect(log.join("").match(/The master waits up to 60 s for it \(ENGINE_WAIT_SECONDS\)/g)).toHaveLength(3);
  started.push(
    await startProcess("slave", {
      MASTER_URL: master.url,
      SLAVE_PORT: "0",
      SLAVE_SLOTS: "1",
      LOG_LEVEL: "warn",
    }),
  );
  await untilAlive(master.url, 1);
  const done = await assign(master.url, [{ name: "a.txt", body: Buffer.from("A fine day.") }], {
    task: "text",
  });
  expect(done).toMatchObject({ status: 200, body: { total_files_processed: 1 } });
});

test("a master whose database stays away ends with its code after the longest wait", async () => {
  const away = `postgres://manyhands@127.0.0.1:${await freePort()}/postgres`;
  const env = {
    ...environment(),
    DATABASE_URL: away,
    DATA_DIR: join(folder, "other"),
    ENGINE_WAIT_SECONDS: "1",
  };
  await expect(startProcess("master", env)).rejects.toThrow("The database (DATABASE_URL) does not answer");
});
