import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../../tests/fixtures/engines/postgresServer.ts";
import { done, ended, newJob, partStored, started } from "../fixtures.contract.ts";
import type { MasterNews, RecordedMasters } from "../masters.ts";
import { migrateDatabase } from "./migrate.ts";
import { openPostgresRecord } from "./openPostgresRecord.ts";
import type { PostgresRecord } from "./postgresRecord.ts";

/** Masters that share a record: who runs a job, and whose events count. */
let server: TestPostgres;
let sql: pg.Client;
let schema: string;
let schemas = 0;
const opened: PostgresRecord[] = [];
beforeAll(async () => {
  server = await startPostgres();
  sql = new pg.Client({ connectionString: server.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await server.remove();
});
beforeEach(async () => {
  schemas += 1;
  schema = `test_${schemas}`;
  await migrateDatabase({ url: server.url, schema });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const ABOUT = { url: "http://a:5000", version: "1.2.3", state: "{}" };
const STORE = "s3://bucket/shared/";
const MOVED = { code: "job_moved", status: 409 };
const IN_USE = { code: "data_in_use" };

async function open(masters: Parameters<typeof openPostgresRecord>[0]["masters"]): Promise<PostgresRecord> {
  const record = await openPostgresRecord({ url: server.url, schema, ...(masters && { masters }) });
  opened.push(record);
  return record;
}

interface Master {
  readonly record: PostgresRecord;
  readonly masters: RecordedMasters;
}

/** A master that others have heard of. */
async function member(place: string): Promise<Master> {
  const record = await open({ place, store: STORE });
  const { masters } = record;
  if (masters === undefined) throw new Error("the record is not shared");
  await masters.beat(ABOUT);
  return { record, masters };
}

/** As if nothing had been heard of the master for this time. */
async function silence({ masters }: Master, seconds: number): Promise<void> {
  const sentence = `UPDATE ${schema}.masters SET seen_at = seen_at - make_interval(secs => $2) WHERE id = $1`;
  await sql.query(sentence, [masters.id, seconds]);
}

const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id).toSorted();

test("each master adds to sums of its own, which are read as one, and none waits for another", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const at = 7_200_000_000;
  const sums = { at, slots: [], runs: [], failed: 0, times: {} };
  const chunk = (done: number, waiting: number) => ({
    at,
    spans: [],
    slaves: [],
    sums: [{ ...sums, done, waiting }],
  });
  await a.record.timeline.append(chunk(1, 3));
  // As another master that is in the middle of its own.
  await sql.query("BEGIN");
  await sql.query(`UPDATE ${schema}.timeline SET bytes = bytes`);
  await b.record.timeline.append(chunk(2, 5));
  await b.record.timeline.append(chunk(4, 4));
  await sql.query("COMMIT");
  await a.record.timeline.append(chunk(8, 2));
  // Started again: what it counts now waited at the same place.
  await b.record.close();
  const again = await member("b");
  await again.record.timeline.append(chunk(16, 4));
  for await (const page of a.record.timeline.sums(10_000, { from: at, to: at + 1 }))
    expect(page).toEqual(page.length === 0 ? [] : [{ ...sums, done: 31, waiting: 8 }]);
});

describe("a job whose master is", () => {
  test("alive is no one else's; one that is silent loses its unfinished jobs to one other", async () => {
    const [a, b, c] = [await member("a"), await member("b"), await member("c")];
    for (const id of ["01A", "01B", "01C"]) await a.record.create(newJob(id, ["a"]));
    await a.record.apply("01C", [started, done(0), ended]);
    expect(await b.masters.claim("silent", 9)).toEqual([]);
    await silence(a, 6);
    expect(await b.masters.claim("surely", 9)).toEqual([]);
    const claims = await Promise.all([b.masters.claim("silent", 9), c.masters.claim("silent", 9)]);
    expect(ids(claims.flat())).toEqual(["01A", "01B"]);
    expect(await b.masters.claim("silent", 9)).toEqual([]);
    expect(await a.masters.lost(["01A", "01C"])).toEqual(["01A"]);
  });

  test("stopped is free at once, and told of", async () => {
    const [a, b] = [await member("a"), await member("b")];
    const news: MasterNews[] = [];
    b.masters.onNews((one) => news.push(one));
    await a.record.create(newJob("01A", ["a"]));
    await a.masters.leave();
    expect(ids(await b.masters.claim("surely", 9))).toEqual(["01A"]);
    await expect.poll(() => news).toEqual([{ type: "left", job: "" }]);
    expect(ids(await b.masters.living())).toEqual([b.masters.id]);
  });

  test("started again with its folder goes on at once", async () => {
    const first = await member("a");
    await first.record.create(newJob("01A", ["a"]));
    await first.record.close();
    const again = await member("a");
    const claimed = await again.masters.claim("surely", 9);
    expect(claimed).toMatchObject([{ id: "01A", master: again.masters.id }]);
    expect(claimed.every(again.masters.isOfThisPlace)).toBe(true);
  });
});

test("a master finds its unfinished jobs that it does not run", async () => {
  const [a, b] = [await member("a"), await member("b")];
  for (const id of ["01A", "01B", "01C"]) await a.record.create(newJob(id, ["a"]));
  await b.record.create(newJob("01D", ["a"]));
  await a.record.apply("01C", [started, done(0), ended]);
  expect(await a.masters.unknown(["01B"])).toMatchObject([{ id: "01A", state: "queued" }]);
  expect(await a.masters.unknown(["01A", "01B"])).toEqual([]);
});

test("of a master that is not the owner only parts count, and it hears that it lost the job", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const news: MasterNews[] = [];
  a.masters.onNews((one) => news.push(one));
  await a.record.create(newJob("01A", ["a", "b"]));
  await expect(b.record.apply("01A", [started])).rejects.toMatchObject(MOVED);
  await a.record.apply("01A", [started]);
  await b.record.apply("01A", [partStored(0, "d")]);
  await silence(a, 6);
  await b.masters.claim("silent", 9);
  await expect.poll(() => news).toEqual([{ type: "moved", job: "01A" }]);
  for (const event of [started, done(0), ended])
    await expect(a.record.apply("01A", [event])).rejects.toMatchObject(MOVED);
  await a.record.apply("01A", [partStored(1, "d")]);
  await b.record.apply("01A", [done(0), done(1), ended]);
  await expect.poll(() => news.at(-1)).toEqual({ type: "ended", job: "01A" });
  await expect(a.record.apply("01A", [partStored(1, "d")])).rejects.toMatchObject({ code: "bad_transition" });
  expect(await a.record.get("01A")).toMatchObject({ state: "succeeded", master: b.masters.id });
});

test("a wish to cancel reaches the owner, and whoever owns the job next", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const news: MasterNews[] = [];
  a.masters.onNews((one) => news.push(one));
  await a.record.create(newJob("01A", ["a"]));
  const reason = { code: "cancelled", message: "Cancelled by a client." } as const;
  await b.masters.wishCancelled({ job: "01A", reason });
  await b.masters.wishCancelled({ job: "01A", reason: { ...reason, message: "Again." } });
  await expect.poll(() => news).toEqual([{ type: "wished", job: "01A" }]);
  expect(await a.masters.beat(ABOUT)).toEqual([{ job: "01A", reason }]);
  await silence(a, 6);
  expect(await b.masters.claim("silent", 9)).toMatchObject([{ cancelWish: reason }]);
  await b.record.apply("01A", [{ type: "cancelled", at: 9, ...reason }]);
  expect(await b.masters.beat(ABOUT)).toEqual([]);
});

test("the other masters hear what a master asks of them", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const news: MasterNews[] = [];
  for (const { masters } of [a, b]) masters.onNews((one) => news.push(one));
  await b.masters.ask({ type: "resumed", id: "0f" });
  await a.masters.ask({ type: "drain", id: "1f" });
  await expect
    .poll(() => news.map(({ type, job }) => `${type} ${job}`).toSorted())
    .toEqual(["drain 1f", "resumed 0f"]);
});

describe("the database refuses", () => {
  test("masters beside one that works alone, and one that works alone beside others", async () => {
    const alone = await open("one");
    await expect(open({ place: "a", store: STORE })).rejects.toMatchObject(IN_USE);
    await alone.close();
    await member("a");
    await expect(open("one")).rejects.toMatchObject({
      ...IN_USE,
      message: expect.stringMatching(/same STORE_URL/),
    });
  });

  test("a second master with the same folder, and one with another store", async () => {
    await member("a");
    await expect(open({ place: "a", store: STORE })).rejects.toMatchObject({
      ...IN_USE,
      message: expect.stringMatching(/DATA_DIR/),
    });
    const other = open({ place: "b", store: "s3://bucket/other/" });
    await expect(other).rejects.toMatchObject({
      ...IN_USE,
      message: expect.stringMatching(/http:\/\/a:5000 works .* STORE_URL/),
    });
  });
});

test("a webhook is one master's at a time, and another one's when that is gone for long", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const callback = { url: "https://example.org/hook", fromLoopback: false };
  await a.record.create(newJob("01A", ["a"], { callback }));
  await a.record.apply("01A", [started, done(0), ended]);
  await a.record.callbacks.prepare("01A", "{}");
  const next = async ({ record }: Master) => (await record.callbacks.next({ jobs: [], origins: [] }))?.job;
  const both = await Promise.all([next(a), next(b)]);
  expect(both.toSorted()).toEqual(["01A", undefined]);
  const [first, other] = both[0] === "01A" ? [a, b] : [b, a];
  expect([await next(first), await next(other)]).toEqual(["01A", undefined]);
  await sql.query(`UPDATE ${schema}.callbacks SET sender_until = sender_until - interval '61 seconds'`);
  expect([await next(other), await next(first)]).toEqual(["01A", undefined]);
  await other.record.callbacks.note("01A", { state: "pending", lastStatus: 503, nextAt: 70 });
  expect(await next(first)).toBe("01A");
});

test("a request with a key that comes to two masters at once is one job", async () => {
  const [a, b] = [await member("a"), await member("b")];
  const request = { key: "k", digest: "d", expiresAt: 1_800_000_000_000 };
  const both = [
    a.record.create(newJob("01A", ["a"], { request })),
    b.record.create(newJob("01B", ["a"], { request })),
  ];
  const settled = await Promise.allSettled(both);
  const failures = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(failures).toMatchObject([{ code: "job_exists" }]);
  const held = await b.record.requested({ client: undefined, key: "k" }, 9);
  expect(ids(await a.record.list({ limit: 9 }))).toEqual([held?.job]);
  await a.masters.leave();
  await b.masters.claim("surely", 9);
  await b.record.apply(held?.job ?? "", [{ type: "cancelled", at: 9 }]);
  await b.record.create(newJob("01C", ["a"], { request }));
  expect(await a.record.requested({ client: undefined, key: "k" }, 9)).toMatchObject({ job: "01C" });
});
