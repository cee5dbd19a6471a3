import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gate, openGate } from "../../../../tests/fixtures/engines/gate.ts";
import { startPostgres, type TestPostgres } from "../../../../tests/fixtures/engines/postgresServer.ts";
import { startRedis, type TestRedis } from "../../../../tests/fixtures/engines/redisServer.ts";
import { LANE, unitsFor } from "../bundles.contract.ts";
import type { BullBundles } from "./bullBundles.ts";
import { openBullBundles } from "./openBullBundles.ts";
import { migrateQueue } from "./postgres.ts";

let redis: TestRedis;
let postgres: TestPostgres;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  await migrateQueue(postgres.url);
});
afterAll(async () => {
  await Promise.all([postgres.remove(), redis.remove()]);
});

const AWAY = { code: "queue_unavailable", status: 503, retryAfter: 5 };

/** Bundles through a gate, with the codes of the outages that were told. */
async function opened(url: string) {
  const told: (string | undefined)[] = [];
  const gate = await openGate(Number(new URL(url).port));
  const bundles = await openBullBundles({
    scope: "outages",
    url: Object.assign(new URL(url), { port: String(gate.port) }).href,
    warn: () => undefined,
    onTrouble: (trouble) => told.push(trouble?.code),
  });
  return { told, gate, bundles };
}

function bundle(job: string) {
  return { id: `${job}/main/0`, lane: LANE, units: unitsFor(job, 1), startTime: 1 };
}

interface Outage {
  readonly lose: (gate: Gate) => Promise<void> | void;
  readonly back: (gate: Gate) => Promise<void> | void;
}

/** Calls fail within seconds, and later at once; what was added is there afterwards. */
async function goesOnAfter(
  { told, gate, bundles }: { told: (string | undefined)[]; gate: Gate; bundles: BullBundles },
  { lose, back }: Outage,
): Promise<void> {
  await bundles.add([bundle("before")]);
  await lose(gate);
  const began = Date.now();
  await expect(bundles.add([bundle("during")])).rejects.toMatchObject(AWAY);
  expect(Date.now() - began).toBeLessThan(6_000);
  expect(bundles.trouble).toMatchObject(AWAY);
  await expect(bundles.take(LANE)).rejects.toMatchObject(AWAY);
  bundles.tell({ running: ["j/main/0"], waiting: [] });
  await back(gate);
  await expect.poll(() => bundles.trouble, { timeout: 15_000 }).toBeUndefined();
  expect(told).toEqual(["queue_unavailable", undefined]);
  await bundles.add([bundle("after")]);
  const ids = new Set<string>();
  const takeAll = async () => {
    const taken = await bundles.take(LANE).catch(() => undefined);
    if (taken !== undefined && (await bundles.complete(taken))) ids.add(taken.id);
    return [...ids];
  };
  await expect
    .poll(takeAll, { timeout: 15_000 })
    .toEqual(expect.arrayContaining(["before/main/0", "after/main/0"]));
  await bundles.close();
  await gate.close();
}

describe.each([
  ["Redis", () => redis],
  ["PostgreSQL", () => postgres],
] as const)("%s", (_, server) => {
  test("that is frozen", { timeout: 60_000 }, async () => {
    const lose = async () => void (await server().freeze());
    await goesOnAfter(await opened(server().url), { lose, back: async () => void (await server().thaw()) });
  });

  test("that is killed and started again", { timeout: 60_000 }, async () => {
    await goesOnAfter(await opened(server().url), {
      lose: () => server().crash(),
      back: () => server().start(),
    });
  });

  test("that is cut off", { timeout: 60_000 }, async () => {
    await goesOnAfter(await opened(server().url), {
      lose: (gate) => gate.cutOff(),
      back: (gate) => gate.mend(),
    });
  });

  test("that is not there when the master starts", async () => {
    const url = Object.assign(new URL(server().url), { port: "1" }).href;
    const ignored = { warn: () => undefined, onTrouble: () => undefined };
    await expect(openBullBundles({ scope: "outages", url, ...ignored })).rejects.toMatchObject({
      code: "queue_unavailable",
      message: expect.stringMatching(/^The queue \(QUEUE_URL\) does not answer: .*ECONNREFUSED/),
    });
  });
});

test("a Redis without memory refuses bundles, and takes them when it has some again", {
  timeout: 60_000,
}, async () => {
  const { bundles, told, gate } = await opened(redis.url);
  const operator = new Redis(redis.url);
  await bundles.add([bundle("first")]);
  await operator.config("SET", "maxmemory", "1");
  await expect(bundles.add([bundle("second")])).rejects.toMatchObject({
    ...AWAY,
    message: expect.stringContaining("memory"),
  });
  await operator.config("SET", "maxmemory", "0");
  await expect.poll(() => bundles.trouble, { timeout: 10_000 }).toBeUndefined();
  expect(told).toEqual(["queue_unavailable", undefined]);
  await bundles.add([bundle("second")]);
  operator.disconnect();
  await bundles.close();
  await gate.close();
});
