import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChangeHub } from "../hub.ts";
import { keepsCallbacks } from "./callbacks.contract.ts";
import { changesNames } from "./changedNames.contract.ts";
import { takesEvents } from "./events.contract.ts";
import {
  done,
  ended,
  failed,
  newJob,
  partStored,
  type RecordRun,
  type RecordUnderTest,
  resultNames,
  started,
} from "./fixtures.contract.ts";
import { holdsLargeJobs } from "./large.contract.ts";
import { reservesNames } from "./names.contract.ts";
import { tellsOfParts } from "./parts.contract.ts";
import type { RecordOfJobs } from "./port.ts";
import { findsResults } from "./recordedResults.contract.ts";
import { searches } from "./search.contract.ts";
import { keepsTimeline } from "./timeline.contract.ts";
import { keepsUploads } from "./uploads.contract.ts";

/** The laws of RecordOfJobs, for every driver. */
export function recordContract(name: string, make: () => Promise<RecordUnderTest>): void {
  describe(`record: ${name}`, () => {
    let driver: RecordUnderTest;
    let jobs: RecordOfJobs | undefined;
    const run: RecordRun = {
      get jobs() {
        if (jobs === undefined) throw new Error("the record is open only while a test runs");
        return jobs;
      },
      hub: new ChangeHub(),
      reopen: async () => {
        await run.jobs.close();
        jobs = await driver.open({ hub: run.hub });
      },
    };
    beforeEach(async () => {
      driver = await make();
      jobs = await driver.open({ hub: run.hub });
    });
    afterEach(async () => {
      await run.jobs.close();
      await driver.cleanUp();
    });
    describe("records", () => keepsRecords(run));
    describe("names", () => reservesNames(run));
    describe("names later", () => changesNames(run));
    describe("events", () => takesEvents(run));
    describe("parts", () => tellsOfParts(run));
    describe("large jobs", () => holdsLargeJobs(run));
    describe("reading", () => reads(run));
    describe("results of the same bytes", () => findsResults(run));
    describe("callbacks", () => keepsCallbacks(run));
    describe("timeline", () => keepsTimeline(run));
    describe("uploads", () => keepsUploads(run));
    describe("searches", () => searches(run));
    describe("jobs that are over", () => keepsAccount(run));
  });
}

function keepsRecords(run: RecordRun): void {
  test.each([false, true])(
    "a new job is queued and all of it is there after a restart (durable: %s)",
    async (durable) => {
      const job = newJob("01A", ["a.txt", "b\0\n.txt", "ü\ud800.txt"], {
        options: { top: 5, text: "a\0b" },
        retryOf: "00Z",
        client: "alice",
      });
      const created = await run.jobs.create(job, { durable });
      const { files: _, ...fields } = job;
      const counts = { total: 3, done: 0, failed: 0, cancelled: 0, bytes: 33 };
      expect(created.record).toEqual({
        ...fields,
        name: "a.txt and 2 more",
        state: "queued",
        ...counts,
        attachments: [],
      });
      const files = await run.jobs.files("01A");
      expect(created.files).toEqual(files);
      expect(files).toEqual(
        job.files.map(({ resultName: _, ...file }, index) => ({
          ...file,
          state: "queued",
          attempts: 0,
          resultName: files[index]?.resultName,
        })),
      );
      await run.reopen();
      expect(await run.jobs.get("01A")).toEqual(created.record);
      expect(await run.jobs.files("01A")).toEqual(files);
    },
  );

  test("a finished job is whole after a restart", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c"]));
    const info = { words: 3, nested: { list: [1, null, "x\0y"] } };
    await run.jobs.apply("01A", [started, { ...done(0), summary: "one line", info, slave: "s1" }]);
    await run.jobs.apply("01A", [failed(1), done(2)]);
    const final = await run.jobs.apply("01A", [ended]);
    expect(final).toMatchObject({ state: "partial", done: 2, failed: 1, startedAt: 2, endedAt: 9 });
    const files = await run.jobs.files("01A");
    expect(files).toMatchObject([
      {
        state: "done",
        resultKey: "k0",
        resultBytes: 4,
        summary: "one line",
        info,
        slave: "s1",
        seconds: 0.5,
        endedAt: 3,
      },
      { state: "failed", code: "corrupt", error: "No.", attempts: 2 },
      { state: "done" },
    ]);
    await run.reopen();
    expect(await run.jobs.get("01A")).toEqual(final);
    expect(await run.jobs.files("01A")).toEqual(files);
  });

  test("a job without files can be", async () => {
    await run.jobs.create(newJob("01A", []));
    expect(await run.jobs.apply("01A", [started, ended])).toMatchObject({ state: "succeeded", total: 0 });
  });

  test("the same id again is job_exists, and changes nothing", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await expect(run.jobs.create(newJob("01A", ["b", "c"]))).rejects.toMatchObject({ code: "job_exists" });
    expect(await resultNames(run.jobs, "01A")).toEqual(["a.json"]);
    await run.jobs.create(newJob("01B", ["b"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["b.json"]);
  });

  test("3,000 files come back in order, whole and in pages", async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `${index % 7}-${index}.txt`);
    const creating = run.jobs.create(newJob("01A", names));
    await run.jobs.create(newJob("01B", ["x"]));
    await creating;
    expect((await run.jobs.files("01A")).map(({ filename }) => filename)).toEqual(names);
    expect((await run.jobs.files("01A", 1_500, 3)).map(({ index }) => index)).toEqual([1_500, 1_501, 1_502]);
    expect(await run.jobs.files("01A", 3_000, 10)).toEqual([]);
  });

  test("a job has the name that its client gave", async () => {
    const name = "Ma\u00e4rz \0 \ud800";
    await run.jobs.create(newJob("01A", ["a", "b"], { name }));
    await run.reopen();
    expect(await run.jobs.get("01A")).toMatchObject({ name });
  });

  test("the id of the request that made a job is kept", async () => {
    await run.jobs.create(newJob("01A", ["a"], { requestId: "from-a-client.1" }));
    await run.reopen();
    expect(await run.jobs.get("01A")).toMatchObject({ requestId: "from-a-client.1" });
  });

  test("budgets that the client asked for are kept", async () => {
    await run.jobs.create(newJob("01A", ["a"], { budgets: { running: 1.5, total: 60 } }));
    await run.reopen();
    expect(await run.jobs.get("01A")).toMatchObject({ budgets: { running: 1.5, total: 60 } });
  });

  test("a request key stands for the last job made under it, until it expires", async () => {
    const request = { key: "k\0\ud800", digest: "d", expiresAt: 1_700_000_000_100 };
    const asked = { client: undefined, key: request.key };
    await run.jobs.create(newJob("01A", ["a"], { request }));
    await run.reopen();
    expect(await run.jobs.requested(asked, 1_700_000_000_099)).toEqual({ job: "01A", digest: "d" });
    expect(await run.jobs.requested(asked, 1_700_000_000_100)).toBeUndefined();
    expect(await run.jobs.requested({ client: undefined, key: "k" }, 0)).toBeUndefined();
    await run.jobs.create(newJob("01B", ["a"], { request: { ...request, digest: "e" } }));
    expect(await run.jobs.requested(asked, 0)).toEqual({ job: "01B", digest: "e" });
  });

  test("the same request key of two clients stands for two jobs", async () => {
    const request = { key: "k", digest: "d", expiresAt: 1_700_000_000_100 };
    await run.jobs.create(newJob("01A", ["a"], { request, client: "alice" }));
    await run.jobs.create(newJob("01B", ["b"], { request, client: "bob" }));
    await run.reopen();
    const held = (client?: string) => run.jobs.requested({ client, key: "k" }, 0);
    expect([await held("alice"), await held("bob"), await held()]).toEqual([
      { job: "01A", digest: "d" },
      { job: "01B", digest: "d" },
      undefined,
    ]);
  });
}

function reads(run: RecordRun): void {
  test("list: newest first, by state and task, page by page", async () => {
    for (const id of ["01A", "01C", "01B", "01D"]) {
      await run.jobs.create(newJob(id, ["x"], { task: id === "01B" ? "ocr" : "text" }));
    }
    await run.jobs.apply("01C", [started]);
    const ids = async (filter: Parameters<RecordOfJobs["list"]>[0]) =>
      (await run.jobs.list(filter)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual(["01D", "01C", "01B", "01A"]);
    expect(await ids({ limit: 2 })).toEqual(["01D", "01C"]);
    expect(await ids({ limit: 2, before: "01C" })).toEqual(["01B", "01A"]);
    expect(await ids({ limit: 9, state: "queued" })).toEqual(["01D", "01B", "01A"]);
    expect(await ids({ limit: 9, state: "queued", task: "text", before: "01D" })).toEqual(["01A"]);
    expect(await ids({ limit: 9, state: "cancelled" })).toEqual([]);
    const counts = [{}, { state: "queued" }, { task: "ocr" }, { client: "alice" }] as const;
    expect(await Promise.all(counts.map((filter) => run.jobs.count(filter)))).toEqual([4, 3, 1, 0]);
  });

  test.each([
    ["ended", [started, done(0), ended]],
    ["cancelled", [started, { type: "cancelled", at: 9 }]],
    ["failed as a whole", [{ type: "failed", at: 9, code: "x", error: "y" }]],
  ] as const)(
    "secret options are there until a job is %s, over restarts, and then gone",
    async (_, events) => {
      const job = newJob("01A", ["a"], { options: { pages: 2 }, secrets: { password: "open sesame" } });
      await run.jobs.create(job);
      await run.reopen();
      expect(await run.jobs.get("01A")).toMatchObject({ secrets: { password: "open sesame" } });
      await run.jobs.apply("01A", events);
      const forgotten = async () => (await run.jobs.get("01A"))?.secrets === undefined;
      expect(await forgotten()).toBe(true);
      await run.reopen();
      expect(await forgotten()).toBe(true);
      expect((await run.jobs.get("01A"))?.options).toEqual({ pages: 2 });
    },
  );

  test("how long changes take until they are committed is told", async () => {
    expect(run.jobs.commitSeconds).toBe(0);
    await run.jobs.create(newJob("01A", ["a"]));
    expect(run.jobs.commitSeconds).toBeGreaterThan(0);
  });

  test("a client's jobs can be listed apart; jobs without a client are in no client's list", async () => {
    await run.jobs.create(newJob("01A", ["a"], { client: "alice" }));
    await run.jobs.create(newJob("01B", ["b"], { client: "bob" }));
    await run.jobs.create(newJob("01C", ["c"]));
    const ids = async (client: string) => (await run.jobs.list({ client, limit: 9 })).map(({ id }) => id);
    expect([await ids("alice"), await ids("bob"), await ids("")]).toEqual([["01A"], ["01B"], []]);
  });

  test("after close everything is refused, and closing again is no error", async () => {
    const { jobs } = run;
    const last = jobs.create(newJob("01A", ["x"]));
    await run.reopen();
    await last;
    expect(await run.jobs.get("01A")).toMatchObject({ state: "queued" });
    await expect(jobs.get("01A")).rejects.toMatchObject({ code: "store_closed" });
    await expect(jobs.create(newJob("01B", ["x"]))).rejects.toMatchObject({ code: "store_closed" });
    await jobs.close();
  });
}

function keepsAccount(run: RecordRun): void {
  test("a job is to be noted once it is over, the first to end first, and then counts", async () => {
    for (const id of ["01A", "01B", "01C"]) await run.jobs.create(newJob(id, [id]));
    await run.jobs.apply("01B", [{ type: "cancelled", at: 5 }]);
    await run.jobs.apply("01A", [started, done(0), ended]);
    await run.jobs.apply("01C", [started]);
    expect(await run.jobs.kept.unnoted(9)).toEqual(["01B", "01A"]);
    expect(await run.jobs.kept.unnoted(1)).toEqual(["01B"]);
    await run.jobs.kept.note("01A", 100);
    await run.jobs.kept.note("01B", 0);
    expect(await run.jobs.kept.unnoted(9)).toEqual([]);
    expect(await run.jobs.kept.bytes()).toBe(100);
    const noted = [
      { job: "01B", bytes: 0 },
      { job: "01A", bytes: 100 },
    ];
    expect(await run.jobs.kept.noted(10, 9)).toEqual(noted);
    expect(await run.jobs.kept.noted(10, 1)).toEqual(noted.slice(0, 1));
    expect(await run.jobs.kept.noted(9, 9)).toEqual(noted.slice(0, 1));
    await run.reopen();
    expect(await run.jobs.kept.noted(10, 9)).toEqual(noted);
    await run.jobs.remove("01A");
    expect(await run.jobs.kept.bytes()).toBe(0);
  });

  test("the parts of a noted job are forgotten, its files are not", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.apply("01A", [started, partStored(0, "d0"), done(0), ended]);
    await run.jobs.kept.note("01A", 4);
    expect(await run.jobs.parts("01A", "main")).toEqual([]);
    expect(await run.jobs.files("01A")).toMatchObject([{ state: "done", resultKey: "k0" }]);
  });

  test("a job that is not over cannot be noted, nor one that is not there", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.apply("01A", [started, partStored(0, "d0")]);
    await expect(run.jobs.kept.note("01A", 4)).rejects.toMatchObject({ code: "bad_transition" });
    await expect(run.jobs.kept.note("01X", 4)).rejects.toMatchObject({ code: "no_such_job" });
    expect(await run.jobs.parts("01A", "main")).toHaveLength(1);
  });
}
