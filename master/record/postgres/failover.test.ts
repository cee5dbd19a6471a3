import { afterEach, beforeEach, expect, test } from "vitest";
import { type Gate, openGate } from "../../../tests/fixtures/engines/gate.ts";
import {
  startPostgres,
  startReplica,
  type TestPostgres,
} from "../../../tests/fixtures/engines/postgresServer.ts";
import { loadPostgres } from "../../postgresLibrary.ts";
import { done, ended, newJob, started } from "../fixtures.contract.ts";
import { migrateDatabase } from "./migrate.ts";
import { openPostgresRecord } from "./openPostgresRecord.ts";
import type { PostgresRecord } from "./postgresRecord.ts";

/** A primary and its replica, of which the record reaches one through a gate. Another one leads the replica to the primary. */
let primary: TestPostgres;
let replica: TestPostgres;
let gate: Gate;
let between: Gate;
let jobs: PostgresRecord;
let risks: string[];

beforeEach(async () => {
  primary = await startPostgres();
  await migrateDatabase({ url: primary.url });
  [gate, between] = [await openGate(portOf(primary)), await openGate(portOf(primary))];
  replica = await startReplica(through(between));
  await expect.poll(() => followers(), PATIENT).toBe(1);
}, 60_000);
afterEach(async () => {
  await jobs.close();
  await Promise.all([gate.close(), between.close()]);
  await Promise.all([primary.remove(), replica.remove()]);
});

const AWAY = { code: "database_unavailable", status: 503, retryAfter: 5 };
const PATIENT = { timeout: 20_000 };

async function opened(): Promise<void> {
  risks = [];
  jobs = await openPostgresRecord({ url: through(gate), masters: "one", warn: (risk) => risks.push(risk) });
  await jobs.create(newJob("01A", ["a", "b"]));
  await jobs.apply("01A", [started]);
}

/** The primary is lost. Clients are led to the replica, which is promoted a while later. */
async function failOver(): Promise<void> {
  await primary.crash();
  gate.lead(portOf(replica));
  await expect.poll(() => jobs.outage, PATIENT).toMatchObject(AWAY);
  await expect(jobs.create(newJob("01C", ["c"]))).rejects.toMatchObject(AWAY);
  await ask(replica, "SELECT pg_promote()");
  await expect.poll(() => jobs.outage, PATIENT).toBeUndefined();
}

test("nothing that was acknowledged is lost with a replica that the server waits for", {
  timeout: 60_000,
}, async () => {
  await ask(primary, "ALTER SYSTEM SET synchronous_standby_names = 'replica'");
  await ask(primary, "SELECT pg_reload_conf()");
  await opened();
  expect(risks.filter((risk) => risk.includes("replica"))).toEqual([]);
  await jobs.apply("01A", [done(0)]);
  await failOver();
  expect(await jobs.get("01A")).toMatchObject({ state: "running", done: 1 });
  expect(await jobs.get("01C")).toBeUndefined();
  expect(await jobs.apply("01A", [done(1), ended])).toMatchObject({ state: "succeeded", done: 2 });
});

test("while such a replica lags nothing is acknowledged, and what waited is recorded once it is there again", {
  timeout: 60_000,
}, async () => {
  await ask(primary, "ALTER SYSTEM SET synchronous_standby_names = 'replica'");
  await ask(primary, "SELECT pg_reload_conf()");
  await opened();
  await replica.freeze();
  let isAcknowledged = false;
  const created = jobs.create(newJob("01B", ["c"])).then((job) => {
    isAcknowledged = true;
    return job;
  });
  await expect.poll(() => waiting(), PATIENT).toBeGreaterThan(0);
  expect(isAcknowledged).toBe(false);
  await replica.thaw();
  expect((await created).record).toMatchObject({ id: "01B" });
  await failOver();
  expect(await jobs.get("01B")).toMatchObject({ id: "01B" });
});

test("a replica that the server does not wait for is warned of; what it had not received is gone, and the record goes on", {
  timeout: 60_000,
}, async () => {
  await opened();
  expect(risks.filter((risk) => risk.includes("replica"))).toHaveLength(1);
  await expect.poll(() => ask(replica, "SELECT count(*)::int AS n FROM manyhands.jobs"), PATIENT).toBe(1);
  between.cutOff();
  await jobs.create(newJob("01B", ["c"]));
  await failOver();
  expect(await jobs.get("01A")).toMatchObject({ state: "running" });
  expect(await jobs.get("01B")).toBeUndefined();
  await expect(jobs.apply("01B", [started])).rejects.toMatchObject({ code: "no_such_job" });
  expect((await jobs.create(newJob("01D", ["c"]))).record).toMatchObject({ id: "01D" });
});

/** Replicas that the primary sends its changes to. */
async function followers(): Promise<number> {
  return await ask(primary, "SELECT count(*)::int AS n FROM pg_stat_replication WHERE state = 'streaming'");
}

/** Commits that wait for the replica. */
async function waiting(): Promise<number> {
  return await ask(primary, "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
}

function through({ port }: Gate): string {
  return Object.assign(new URL(primary.url), { port: String(port) }).href;
}

function portOf({ url }: TestPostgres): number {
  return Number(new URL(url).port);
}

/** The number `n` of the only row, if there is one. */
async function ask({ url }: TestPostgres, sql: string): Promise<number> {
  const { Client } = await loadPostgres("DATABASE_URL");
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly n?: number }>(sql);
    return rows[0]?.n ?? Number.NaN;
  } finally {
    await client.end();
  }
}
