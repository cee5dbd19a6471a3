import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { NewJob } from "../newJob.ts";
import { recordContract } from "../record.contract.ts";
import { openDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { openSqliteRecord } from "./sqliteRecord.ts";

recordContract("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-jobs-"));
  return {
    open: (options) => openSqliteRecord({ file: join(folder, "data", "jobs.sqlite"), ...options }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
});

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "manyhands-jobs-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the file", () => {
  test("a second opening is data_in_use until the first is closed, in this process", async () => {
    const file = join(root, "twice.sqlite");
    const first = await openSqliteRecord({ file });
    await expect(openSqliteRecord({ file })).rejects.toMatchObject({ code: "data_in_use" });
    await first.create(job("01A", 1));
    await first.close();
    const second = await openSqliteRecord({ file });
    expect(await second.get("01A")).toMatchObject({ state: "queued" });
    await second.close();
  });

  test("another process is refused too, and a kill lets the next one in with all that was told of", async () => {
    const file = join(root, "killed.sqlite");
    const child = recorder(file);
    const told = new Map<string, string>();
    const enough = new Promise<void>((resolve) => {
      child.on("message", ({ id, state }: { readonly id: string; readonly state: string }) => {
        told.set(id, state);
        if (told.size === 300) resolve();
      });
    });
    await enough;
    await expect(openSqliteRecord({ file })).rejects.toMatchObject({ code: "data_in_use" });
    child.kill("SIGKILL");
    await once(child, "close");
    const jobs = await openSqliteRecord({ file });
    const names = new Set<string | undefined>();
    for (const [id, state] of told) {
      const record = await jobs.get(id);
      if (state === "succeeded") expect(record).toMatchObject({ state, done: 1 });
      else expect(record?.id).toBe(id);
      names.add((await jobs.files(id))[0]?.resultName.toLowerCase());
    }
    expect(names.size).toBe(told.size);
    await jobs.close();
  });

  test("a job that could not be synced is not on record: its caller has an error and drops its files", async () => {
    const file = join(root, "unsynced.sqlite");
    const record = await openSqliteRecord({ file });
    const handle = await open("/dev/null");
    const broken = vi.spyOn(Object.getPrototypeOf(handle), "datasync").mockRejectedValue(new Error("EIO"));
    await expect(record.create(job("01A", 1), { durable: true })).rejects.toThrow("EIO");
    broken.mockRestore();
    await handle.close();
    await record.create(job("01B", 2), { durable: true });
    expect((await record.list({ limit: 9 })).map(({ id }) => id)).toEqual(["01B"]);
    await record.close();
  });

  test("one of a newer schema is data_too_new and stays as it is", async () => {
    const file = join(root, "newer.sqlite");
    const newer = await openDatabase(file, [...MIGRATIONS, "CREATE TABLE future (a)"]);
    await newer.close();
    await expect(openSqliteRecord({ file })).rejects.toMatchObject({ code: "data_too_new" });
    await (await openDatabase(file, [...MIGRATIONS, "SELECT 1"])).close();
  });

  test("one of an older schema is brought forward, step by step", async () => {
    const file = join(root, "older.sqlite");
    await (await openDatabase(file, ["CREATE TABLE a (x); INSERT INTO a VALUES (1)"])).close();
    const steps = ["unused", "ALTER TABLE a ADD COLUMN y", "UPDATE a SET y = x + 1"];
    const db = await openDatabase(file, steps);
    expect(db.prepare("SELECT x, y FROM a").get()).toMatchObject({ x: 1, y: 2 });
    await db.close();
  });

  test("jobs and keys from before clients were recorded are kept, and belong to no client", async () => {
    const file = join(root, "before-clients.sqlite");
    const before = await openDatabase(file, MIGRATIONS.slice(0, 3));
    before
      .prepare(
        `INSERT INTO jobs (id, task, state, options, priority, seed, total, done, failed, cancelled, bytes,
          created_at, replace_names) VALUES ('01A', 'text', 'queued', '{}', 1, 1, 0, 0, 0, 0, 0, 5, 0)`,
      )
      .run();
    before.prepare("INSERT INTO requests VALUES ('\"k\"', 'd', '01A', 10)").run();
    await before.close();
    const jobs = await openSqliteRecord({ file });
    expect(await jobs.get("01A")).toMatchObject({ id: "01A", createdAt: 5 });
    expect((await jobs.get("01A"))?.client).toBeUndefined();
    expect(await jobs.requested({ client: undefined, key: "k" }, 9)).toEqual({ job: "01A", digest: "d" });
    expect(await jobs.requested({ client: "alice", key: "k" }, 9)).toBeUndefined();
    await jobs.close();
  });

  test("files that ended before keep their order, their work is summed up, and their job gets a name", async () => {
    const file = join(root, "before-sums.sqlite");
    const before = await openDatabase(file, MIGRATIONS.slice(0, 8));
    before
      .prepare(
        `INSERT INTO jobs (id, task, state, options, priority, seed, total, done, failed, cancelled, bytes,
          created_at, replace_names) VALUES ('01A', 'text', 'cancelled', '{}', 1, 1, 4, 2, 1, 1, 0, 5, 0)`,
      )
      .run();
    const outcomes = [
      { resultBytes: 4, attempts: 1, slave: "a", seconds: 0.5, startedAt: 9, endOrder: 2 },
      { attempts: 2, code: "corrupt", error: "No\0.", slave: "b", seconds: 1, startedAt: 8, order: 1 },
      { attempts: 0, endedAt: 9 },
      { resultBytes: 4, attempts: 1, slave: "a", seconds: 0.5, endOrder: 3 },
    ];
    const insert = before.prepare(
      "INSERT INTO files VALUES ('01A', ?, 'done', 'k', 1, 's', '\"n\"', 'r', NULL, NULL, ?)",
    );
    for (const [index, outcome] of outcomes.entries()) insert.run(index, JSON.stringify(outcome));
    await before.close();
    const jobs = await openSqliteRecord({ file });
    const files = await jobs.files("01A");
    expect(files.map(({ endOrder }) => endOrder)).toEqual([2, 1, undefined, 3]);
    expect(files[1]).toMatchObject({ error: "No\0.", slave: "b" });
    expect(files[1]).not.toHaveProperty("order");
    const work = { files: 3, seconds: 2, resultBytes: 8, startedAt: 8, slaves: { a: 2, b: 1 } };
    expect(await jobs.get("01A")).toMatchObject({ work, name: "n and 3 more" });
    await jobs.close();
  });

  test("a step forward that fails is taken back whole", async () => {
    const file = join(root, "failing.sqlite");
    await (await openDatabase(file, ["CREATE TABLE a (x)"])).close();
    await expect(
      openDatabase(file, ["unused", "CREATE TABLE b (x); SELECT * FROM nowhere"]),
    ).rejects.toThrow();
    await (await openDatabase(file, ["unused", "CREATE TABLE b (x)"])).close();
  });

  test.each([
    ["no database at all", Buffer.from("this is a text file ".repeat(500))],
    ["a torn database", Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(8_000, 7)])],
  ])("%s is data_corrupt, and can be replaced", async (_, content) => {
    const file = join(root, "corrupt.sqlite");
    await writeFile(file, content);
    await expect(openSqliteRecord({ file })).rejects.toMatchObject({ code: "data_corrupt" });
    await rm(file);
    await (await openSqliteRecord({ file })).close();
  });
});

test("a job of 20,000 files is not seen before it is whole, and others work meanwhile", async () => {
  const jobs = await openSqliteRecord({ file: join(root, "many.sqlite") });
  await jobs.create(job("01A", 1));
  let turns = 0;
  let recorded = false;
  const creating = jobs.create(job("01B", 20_000)).finally(() => {
    recorded = true;
  });
  while (!recorded) {
    await turn();
    turns += 1;
    if (recorded) break;
    expect(await jobs.get("01B")).toBeUndefined();
    // The hidden job does not shorten a page either.
    expect((await jobs.list({ limit: 1 })).map(({ id }) => id)).toEqual(["01A"]);
  }
  await creating;
  expect(turns).toBeGreaterThan(20);
  expect(await jobs.files("01B", 19_999)).toMatchObject([{ index: 19_999, resultName: "file-19999" }]);
  await jobs.close();
});

function recorder(file: string): ChildProcess {
  const script = join(import.meta.dirname, "../../../tests/fixtures/job/recordUntilKilled.ts");
  return fork(script, [file], { execArgv: ["--import", "tsx"] });
}

function job(id: string, count: number): NewJob {
  const files = Array.from({ length: count }, (_, index) => ({
    index,
    key: `k${index}`,
    filename: `file-${index}.txt`,
    bytes: 1,
    sha256: "a",
    resultName: (stem: string) => stem,
  }));
  return { id, task: "text", options: {}, priority: 1, seed: 1, createdAt: 1, files };
}
