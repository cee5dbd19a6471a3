import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Gate, openGate } from "../../../tests/fixtures/engines/gate.ts";
import { startPostgres, type TestPostgres } from "../../../tests/fixtures/engines/postgresServer.ts";
import { done, ended, newJob, started } from "../fixtures.contract.ts";
import { migrateDatabase } from "./migrate.ts";
import { openPostgresRecord } from "./openPostgresRecord.ts";
import type { PostgresRecord } from "./postgresRecord.ts";

let server: TestPostgres;
let gate: Gate;
let jobs: PostgresRecord;
let schemas = 0;
/** Codes of the outages that the record told of; `undefined` is the end of one. */
let told: (string | undefined)[];

beforeAll(async () => {
  server = await startPostgres();
  gate = await openGate(Number(new URL(server.url).port));
});
afterAll(async () => {
  await gate.close();
  await server.remove();
});

/** A record of its own for each test, whose connections pass the gate. */
beforeEach(async () => {
  schemas += 1;
  const schema = `test_${schemas}`;
  await migrateDatabase({ url: server.url, schema });
  told = [];
  const url = Object.assign(new URL(server.url), { port: String(gate.port) }).href;
  const onOutage: Parameters<typeof openPostgresRecord>[0]["onOutage"] = (outage) => told.push(outage?.code);
  jobs = await openPostgresRecord({ url, schema, onOutage, masters: "one" });
  await jobs.create(newJob("01A", ["a", "b"]));
  await jobs.apply("01A", [started]);
});
afterEach(() => jobs.close());

const AWAY = { code: "database_unavailable", status: 503, retryAfter: 5 };

/** The record does not answer, and later goes on with all that it acknowledged. */
async function goesOnAfter(lose: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  await jobs.apply("01A", [done(0)]);
  await lose();
  const asked = jobs.get("01A");
  const applied = jobs.apply("01A", [done(1)]);
  await Promise.all([asked, applied].map((one) => expect(one).rejects.toMatchObject(AWAY)));
  await expect.poll(() => jobs.outage, { timeout: 15_000 }).toMatchObject(AWAY);
  await expect(jobs.create(newJob("01B", ["b"]))).rejects.toMatchObject(AWAY);
  await back();
  await expect.poll(() => jobs.outage, { timeout: 15_000 }).toBeUndefined();
  expect(told).toEqual(["database_unavailable", undefined]);
  expect(await jobs.get("01A")).toMatchObject({ state: "running", done: 1 });
  expect(await jobs.get("01B")).toBeUndefined();
  expect(await jobs.apply("01A", [done(1), ended])).toMatchObject({ state: "succeeded", done: 2 });
}

test("a server that is killed and started again", async () => {
  await goesOnAfter(
    () => server.crash(),
    () => server.start(),
  );
});

test("a server that freezes and goes on", async () => {
  await goesOnAfter(
    () => server.freeze(),
    () => server.thaw(),
  );
});

test("a network that lets nothing through for a while", async () => {
  await goesOnAfter(
    async () => gate.cutOff(),
    async () => gate.mend(),
  );
});

test("a commit whose answer is lost with its connection has happened once", async () => {
  gate.breakAt("COMMIT");
  expect(await jobs.apply("01A", [done(0)])).toMatchObject({ done: 1 });
  expect(gate.broken).toBe(1);
  expect(await jobs.apply("01A", [done(1), ended])).toMatchObject({ state: "succeeded" });
});

test("a commit that a server was asked for before it was lost is told when it is back", async () => {
  const { broken } = gate;
  gate.breakAt("COMMIT");
  const applied = jobs.apply("01A", [done(0)]);
  await expect.poll(() => gate.broken).toBe(broken + 1);
  gate.cutOff();
  await expect.poll(() => jobs.outage, { timeout: 15_000 }).toBeDefined();
  gate.mend();
  expect(await applied).toMatchObject({ done: 1 });
});

test("another master that took the database over keeps it until it ends", async () => {
  gate.cutOff();
  await expect.poll(() => jobs.outage, { timeout: 15_000 }).toBeDefined();
  await server.crash();
  await server.start();
  const schema = `test_${schemas}`;
  const other = await openPostgresRecord({ url: server.url, schema, masters: "one" });
  gate.mend();
  await expect.poll(() => jobs.outage?.message, { timeout: 15_000 }).toContain("Another master took");
  await expect(jobs.apply("01A", [done(0)])).rejects.toMatchObject(AWAY);
  expect(await other.apply("01A", [done(0)])).toMatchObject({ done: 1 });
  await other.close();
  await expect.poll(() => jobs.outage, { timeout: 15_000 }).toBeUndefined();
  expect(await jobs.get("01A")).toMatchObject({ done: 1 });
});

test("a record is closed although its server is silent", async () => {
  const direct = await openPostgresRecord({ url: server.url, schema: `test_${schemas}` });
  await server.freeze();
  await Promise.all([direct.close(), jobs.close()]);
  await server.thaw();
});
