import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../../../tests/fixtures/engines/postgresServer.ts";
import { startRedis, type TestRedis } from "../../../../tests/fixtures/engines/redisServer.ts";
import { bundlesContract } from "../bundles.contract.ts";
import { openBullBundles } from "./openBullBundles.ts";
import { migrateQueue } from "./postgres.ts";

let postgres: TestPostgres;
let redis: TestRedis;
/** What the tests were warned of. */
const risks: string[] = [];

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  await expect(openAt(postgres.url)).rejects.toMatchObject({ code: "migration_needed" });
  await Promise.all([migrateQueue(postgres.url), migrateQueue(postgres.url)]);
});
afterAll(async () => {
  await Promise.all([postgres.remove(), redis.remove()]);
});

function openAt(url: string) {
  return openBullBundles({
    scope: "test",
    url,
    warn: (risk) => risks.push(risk),
    onTrouble: () => undefined,
  });
}

bundlesContract("Redis", () => openAt(redis.url));
bundlesContract("PostgreSQL", () => openAt(postgres.url));

test("a Redis without eviction and with a file of changes is not warned of", () => {
  expect(risks).toEqual([]);
});
