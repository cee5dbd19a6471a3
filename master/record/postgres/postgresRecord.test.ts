import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../../../tests/fixtures/engines/postgresServer.ts";
import { type Change, ChangeHub } from "../../hub.ts";
import { done, ended, failed, newJob, partStored, resultNames, started } from "../fixtures.contract.ts";
import type { RecordOfJobs } from "../port.ts";
import { recordContract } from "../record.contract.ts";
import { migrateDatabase } from "./migrate.ts";
import { openPostgresRecord } from "./openPostgresRecord.ts";
import { MIGRATIONS } from "./schema.ts";

let server: TestPostgres;
let schemas = 0;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

/** A schema of its own for each test, in one server for all. */
function newSchema(): string {
  schemas += 1;
  return `test_${schemas}`;
}

async function migrated(): Promise<{ readonly url: string; readonly schema: string }> {
  const address = { url: server.url, schema: newSchema() };
  await migrateDatabase(address);
  return address;
}

recordContract("PostgreSQL", async () => {
  const address = await migrated();
  return {
    open: (options) => openPostgresRecord({ ...address, ...options }),
    cleanUp: async () => undefined,
  };
});

describe("migrations", () => {
  test("two at the same time make the schema once, and a third changes nothing", async () => {
    const address = { url: server.url, schema: newSchema() };
    const both = await Promise.all([migrateDatabase(address), migrateDatabase(address)]);
    expect(both.map(({ from }) => from).toSorted()).toEqual([0, MIGRATIONS.length]);
    expect(await migrateDatabase(address)).toEqual({ from: MIGRATIONS.length, to: MIGRATIONS.length });
    const versions = await sql(`SELECT version FROM ${address.schema}.migrations ORDER BY version`);
    expect(versions).toEqual(MIGRATIONS.map((_, n) => ({ version: n + 1 })));
  });

  test("a database without the schema is migration_needed, one of a newer version data_too_new", async () => {
    const address = { url: server.url, schema: newSchema() };
    await expect(openPostgresRecord(address)).rejects.toMatchObject({ code: "migration_needed" });
    await migrateDatabase(address, [...MIGRATIONS, "CREATE TABLE future (a INTEGER)"]);
    await expect(openPostgresRecord(address)).rejects.toMatchObject({ code: "data_too_new" });
    await expect(migrateDatabase(address)).rejects.toMatchObject({ code: "data_too_new" });
  });

  test("a step that fails is taken back whole", async () => {
    const address = await migrated();
    const steps = [...MIGRATIONS, "CREATE TABLE half (a INTEGER); SELECT * FROM nowhere"];
    await expect(migrateDatabase(address, steps)).rejects.toThrow("nowhere");
    expect(await sql(`SELECT to_regclass('${address.schema}.half') AS found`)).toEqual([{ found: null }]);
    await (await openPostgresRecord(address)).close();
  });

  test("a server that refuses is bad_configuration, one that is not there database_unavailable", async () => {
    const other = server.url.replace(/postgres$/, "nowhere");
    await expect(openPostgresRecord({ url: other })).rejects.toMatchObject({ code: "bad_configuration" });
    const closed = "postgres://manyhands@127.0.0.1:1/postgres";
    for (const attempt of [openPostgresRecord, migrateDatabase])
      await expect(attempt({ url: closed })).rejects.toMatchObject({ code: "database_unavailable" });
  });
});

describe("two masters on one database", () => {
  interface Masters {
    readonly here: RecordOfJobs;
    readonly there: RecordOfJobs;
    /** Hub of `there`. */
    readonly hub: ChangeHub;
    readonly schema: string;
  }

  async function withMasters(work: (masters: Masters) => Promise<void>): Promise<void> {
    const address = await migrated();
    const hub = new ChangeHub();
    const here = await openPostgresRecord(address);
    const there = await openPostgresRecord({ ...address, hub });
    try {
      await work({ here, there, hub, schema: address.schema });
    } finally {
      await Promise.all([here.close(), there.close()]);
    }
  }

  test("a name is given once, also to jobs whose names come in opposite orders", async () => {
    await withMasters(async ({ here, there }) => {
      const names = Array.from({ length: 1_200 }, (_, n) => `${n}.txt`);
      const orders = [names, names.toReversed(), names, names.toReversed()];
      const records = [here, there, there, here];
      await Promise.all(orders.map((files, n) => records[n]?.create(newJob(`01A${n}`, files))));
      const given = await Promise.all(orders.map((_, n) => resultNames(here, `01A${n}`)));
      expect(new Set(given.flat()).size).toBe(4 * names.length);
      expect(given.flat().toSorted()).toEqual(
        names.flatMap((_, n) => [`${n}.json`, `${n}-2.json`, `${n}-3.json`, `${n}-4.json`]).toSorted(),
      );
    });
  });

  test("a name that both take over is one job's, and the other's files have it before", async () => {
    await withMasters(async ({ here, there }) => {
      await here.create(newJob("01A", ["a"]));
      await here.apply("01A", [started, done(0), ended]);
      const replaceNames = { replaceNames: true };
      await Promise.all([
        here.create(newJob("01B", ["a"]), replaceNames),
        there.create(newJob("01C", ["a"]), replaceNames),
      ]);
      const replaced = async (job: string) => (await here.files(job))[0]?.replacedBy;
      const [first, last] = (await replaced("01B")) === undefined ? ["01C", "01B"] : ["01B", "01C"];
      expect([await replaced("01A"), await replaced(first), await replaced(last)]).toEqual([
        first,
        last,
        undefined,
      ]);
      for (const job of [first, last]) await there.apply(job, [started, failed(0), ended]);
      expect(await here.owner("text", "a.json")).toMatchObject({ job: "01A" });
    });
  });

  test("a file ends once, at whichever master, and all ends are counted", async () => {
    await withMasters(async ({ here, there }) => {
      const names = Array.from({ length: 300 }, (_, n) => `${n}.txt`);
      await here.create(newJob("01A", names));
      await there.apply("01A", [started]);
      const ends = names.flatMap((_, n) => [here.apply("01A", [done(n)]), there.apply("01A", [done(n)])]);
      const settled = await Promise.allSettled(ends);
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(300);
      expect(await here.apply("01A", [ended])).toMatchObject({ done: 300, state: "succeeded" });
      const orders = (await there.files("01A")).map(({ endOrder = 0 }) => endOrder);
      expect(orders.toSorted((a, b) => a - b)).toEqual(names.map((_, n) => n + 1));
    });
  });

  test("changes, removals and parts of one master are told at the other", async () => {
    await withMasters(async ({ here, there, hub }) => {
      const told: Change[] = [];
      const parts: unknown[] = [];
      hub.watchJob("01A", (change) => told.push(change));
      await here.create(newJob("01A", ["a"]));
      there.watchParts("01A", "main", {
        stored: (record) => parts.push(record),
        failed: () => undefined,
      });
      const part = partStored(0, "d");
      await here.apply("01A", [started, part]);
      await expect.poll(() => parts).toEqual([part.record]);
      await here.apply("01A", [done(0), ended]);
      await expect
        .poll(() => told.flatMap((one) => (one.type === "job" ? [one.job.state] : [])).at(-1))
        .toBe("succeeded");
      await here.remove("01A");
      await expect.poll(() => told.at(-1)).toMatchObject({ type: "removed", job: { id: "01A" } });
    });
  });

  test("a master whose connections broke catches up with what it missed", async () => {
    await withMasters(async ({ here, there }) => {
      await here.create(newJob("01A", ["a"]));
      const parts: number[] = [];
      there.watchParts("01A", "main", {
        stored: ({ part }) => parts.push(part.index),
        failed: () => undefined,
      });
      await here.apply("01A", [started]);
      await endConnections();
      // The part is stored before the other master listens again.
      await expect.poll(() => here.apply("01A", [partStored(0, "d")]).catch(() => undefined)).toBeDefined();
      await expect.poll(() => parts.includes(0)).toBe(true);
      expect(await there.get("01A")).toMatchObject({ state: "running" });
    });
  });
});

test("a text with a NUL finds nothing, and is no error", async () => {
  const jobs = await openPostgresRecord(await migrated());
  await jobs.create(newJob("01A", ["a"]));
  expect(await jobs.get("01A\0")).toBeUndefined();
  expect(await jobs.owner("te\0xt", "a\0.json")).toBeUndefined();
  expect(await jobs.latest("text", "\0")).toBeUndefined();
  expect(await jobs.list({ task: "\0", limit: 1 })).toEqual([]);
  for (const key of ["task", "state", "client", "slave", "code", "text"] as const)
    expect(await jobs.ids({ search: [{ isExcluding: false, terms: [{ key, value: "\0" }] }] })).toEqual([]);
  await jobs.close();
});

async function sql(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function endConnections(): Promise<void> {
  await sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'manyhands %'",
  );
}
