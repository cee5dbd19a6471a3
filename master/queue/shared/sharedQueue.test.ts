import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startRedis, type TestRedis } from "../../../tests/fixtures/engines/redisServer.ts";
import type { ClientWeights } from "../clientTurns.ts";
import { MemoryQueue } from "../memory.ts";
import type { Lease, UnitQueue } from "../port.ts";
import { queueContract } from "../queue.contract.ts";
import { openBullBundles } from "./bull/openBullBundles.ts";
import { LANE, unitsFor } from "./bundles.contract.ts";
import type { Bundles } from "./bundles.ts";
import { SharedQueue } from "./sharedQueue.ts";
import type { WantedUnits } from "./wanted.ts";

const logger = pino({ level: "silent" });
let redis: TestRedis;
const opened: UnitQueue[] = [];

/** Another master, which takes nothing. */
let neighbour: Bundles;

beforeAll(async () => {
  redis = await startRedis();
  neighbour = await open();
});
afterEach(async () => {
  redis.thaw();
  for (const queue of opened.splice(0)) await queue.close();
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
});
afterAll(async () => {
  await neighbour.close();
  await redis.remove();
});

function open(scope = "test"): Promise<Bundles> {
  return openBullBundles({ scope, url: redis.url, warn: () => undefined, onTrouble: () => undefined });
}

interface Master {
  readonly wanted?: WantedUnits;
  readonly weights?: ClientWeights;
}

/** @param wanted units that the slaves of this master can use; none unless said */
async function master({ wanted = room(() => 0), weights = new Map() }: Master = {}) {
  const bundles = await open();
  // It knows of its neighbour.
  await expect.poll(() => bundles.alone, { interval: 5 }).toBe(false);
  const memory = new MemoryQueue(weights);
  const queue = new SharedQueue({ memory, bundles, weights, wanted, logger });
  opened.push(queue);
  return queue;
}

/** A master whose slaves can use so many units of the lane; where that is 0, it has no slaves. */
function room(units: () => number): WantedUnits {
  return {
    lanes: () => (units() > 0 ? [LANE] : []),
    canDo: (lane) => lane === LANE && units() > 0,
    of: units,
    withLeased: units,
  };
}

const able = (units: number) => ({ wanted: room(() => units) });

queueContract("shared, with slots for all that is put", async (weights = new Map()) => {
  const queue = await master({ ...able(Number.POSITIVE_INFINITY), weights });
  // A lane that was looked at and is empty.
  await queue.put(unitsFor("first", 1));
  await queue.cancel("first");
  return queue;
});

queueContract("shared, all through the engine", async (weights = new Map()) => {
  let isPutting = false;
  const units = () => (isPutting ? 0 : Number.POSITIVE_INFINITY);
  const wanted = { ...room(units), canDo: () => true };
  const queue = await master({ wanted, weights });
  const { put } = queue;
  queue.put = (units) => {
    isPutting = true;
    const done = put.call(queue, units);
    isPutting = false;
    return done;
  };
  return queue;
});

/** Leases all that waits, and does it. Resolves with the ids, of units of one lease together. */
async function work(queue: UnitQueue, units = 1_000): Promise<string[]> {
  const done: string[] = [];
  for (const { map } of [...queue.heads()]) {
    const lease = await queue.lease({ owner: "s", seconds: 60, map, most: { units, bytes: 1e9 } });
    if (lease !== undefined) done.push(...(await end(queue, lease)));
  }
  return done;
}

async function end(queue: UnitQueue, lease: Lease): Promise<string[]> {
  for (const { id } of lease.units) {
    queue.began(lease, id);
    await queue.ack(lease, id);
    queue.recorded(id);
  }
  return lease.units.map(({ id }) => id);
}

async function workUntil(queue: UnitQueue, count: number, done: string[] = []): Promise<string[]> {
  await expect.poll(async () => done.push(...(await work(queue))), { timeout: 20_000 }).toBe(count);
  return done.toSorted();
}

const ids = (job: string, count: number) =>
  unitsFor(job, count)
    .map(({ id }) => id)
    .toSorted();

test("units of a master without slots are done by another one, which tells what runs", async () => {
  const [a, b] = [await master(), await master(able(8))];
  const told: string[] = [];
  a.watch("j/main", {
    running: ({ id }) => told.push(id),
    waiting: ({ id }) => told.push(`${id} waits`),
  });
  await a.put(unitsFor("j", 40));
  expect(a.size()).toEqual({ waiting: 40, leased: 0, bytes: 40 });
  expect(await workUntil(b, 40)).toEqual(ids("j", 40));
  await expect.poll(() => told.toSorted(), { timeout: 5_000 }).toEqual(ids("j", 40));
  expect(a.size()).toEqual({ waiting: 0, leased: 0, bytes: 0 });
  for (const id of ids("j", 40)) a.recorded(id);
  const client = new Redis(redis.url);
  await expect
    .poll(async () => (await client.keys("*/*")).length + (await client.keys("*%2F*")).length)
    .toBe(0);
  client.disconnect();
});

test("a master takes little ahead, and two share what one puts", async () => {
  const [a, b] = [await master(able(16)), await master(able(16))];
  await a.put(unitsFor("j", 160));
  await expect.poll(() => b.size().waiting).toBeGreaterThan(0);
  expect(a.size().waiting).toBe(160);
  expect(b.size().waiting).toBeLessThanOrEqual(32);
  const done: { a: string[]; b: string[] } = { a: [], b: [] };
  await expect
    .poll(
      async () => {
        done.a.push(...(await work(a, 4)));
        done.b.push(...(await work(b, 4)));
        return [...done.a, ...done.b].toSorted();
      },
      { timeout: 20_000, interval: 20 },
    )
    .toEqual(ids("j", 160));
  expect(Math.min(done.a.length, done.b.length)).toBeGreaterThan(32);
});

test("bundles of a master that ended without a word are done by another one, within 10 seconds", async () => {
  const lost = await open();
  const a = await master();
  await a.put(unitsFor("j", 32));
  expect([await lost.take(LANE), await lost.take(LANE)].every((taken) => taken !== undefined)).toBe(true);
  await lost.close();
  const began = Date.now();
  const b = await master(able(64));
  await expect.poll(() => b.size().waiting, { timeout: 15_000 }).toBe(32);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(await workUntil(b, 32)).toEqual(ids("j", 32));
}, 30_000);

test("a master that stops hands back what it has not begun", async () => {
  const [a, b] = [await master(), await master(able(64))];
  await a.put(unitsFor("j", 32));
  await expect.poll(() => b.size().waiting).toBe(32);
  await b.close();
  const c = await master(able(64));
  await expect.poll(() => c.size().waiting, { timeout: 2_000 }).toBe(32);
});

test("what an engine forgot is offered again", async () => {
  const a = await master();
  await a.put(unitsFor("j", 20));
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  const b = await master(able(64));
  expect(await workUntil(b, 20)).toEqual(ids("j", 20));
}, 30_000);

test("a cancelled job leaves nothing in the engine, and nothing at the other master when that one hears of it", async () => {
  const [a, b] = [await master(), await master(able(4))];
  await a.put(unitsFor("j", 64));
  await expect.poll(() => b.size().waiting).toBe(16);
  await Promise.all([a.cancel("j"), b.cancel("j")]);
  expect([a.size().waiting, b.size().waiting]).toEqual([0, 0]);
  const client = new Redis(redis.url);
  await expect.poll(async () => (await client.keys("*%2F*")).length, { timeout: 5_000 }).toBe(0);
  client.disconnect();
});

test("a job that another master runs now keeps its units in the engine, and may come back", async () => {
  const [a, b] = [await master(able(4)), await master()];
  await b.put(unitsFor("j", 64));
  await expect.poll(() => a.size().waiting).toBeGreaterThan(0);
  await Promise.all([a.leave("j"), b.leave("j")]);
  expect(b.size().waiting).toBe(0);
  expect(await workUntil(a, 64)).toEqual(ids("j", 64));
});

test("units that wait in the engine can be withdrawn; those that another master has cannot", async () => {
  const [a, b] = [await master(), await master(able(1))];
  await a.put(unitsFor("j", 48));
  await expect.poll(() => b.size().waiting).toBe(16);
  const withdrawn = await a.withdraw(unitsFor("j", 48));
  expect(withdrawn.toSorted()).toEqual(ids("j", 48).filter((id) => Number(id.split("/")[2]) >= 16));
  expect(await workUntil(b, 16)).toEqual(ids("j", 16));
});

test("while the engine is silent a master does its own jobs, and goes on with all when it is back", async () => {
  const [a, b] = [await master(able(16)), await master(able(16))];
  await a.put(unitsFor("before", 64));
  redis.freeze();
  const began = Date.now();
  await a.put(unitsFor("during", 64));
  expect(Date.now() - began).toBeLessThan(10_000);
  const done: string[] = [];
  const ofDuring = () => done.filter((id) => id.startsWith("during/")).toSorted();
  const atOnce = async () => {
    done.push(...(await work(a)));
    return ofDuring();
  };
  await expect.poll(atOnce, { timeout: 10_000 }).toEqual(ids("during", 64));
  redis.thaw();
  const all = [...ids("before", 64), ...ids("during", 64)].toSorted();
  await expect
    .poll(
      async () => {
        done.push(...(await work(a)), ...(await work(b)));
        return [...new Set(done)].toSorted();
      },
      { timeout: 30_000 },
    )
    .toEqual(all);
}, 60_000);

test("a master that is alone keeps its units, and offers them when another one comes, or when it has no slots", async () => {
  let units = 16;
  const bundles = await open("few");
  const a = new SharedQueue({
    ...{ memory: new MemoryQueue(), bundles, weights: new Map(), wanted: room(() => units), logger },
  });
  opened.push(a);
  await a.put(unitsFor("j", 160));
  expect(bundles.alone).toBe(true);
  expect([...a.heads()].map(({ waiting }) => waiting)).toEqual([160]);
  const others = await open("few");
  await expect.poll(() => [...a.heads()].map(({ waiting }) => waiting), { timeout: 5_000 }).toEqual([16]);
  expect(a.size().waiting).toBe(160);
  const take = async () => (await others.take(LANE))?.units.length;
  await expect.poll(take, { timeout: 5_000 }).toBe(16);
  units = 0;
  await expect.poll(() => [...a.heads()], { timeout: 5_000 }).toEqual([]);
  expect(a.size().waiting).toBe(160);
  await others.close();
});
