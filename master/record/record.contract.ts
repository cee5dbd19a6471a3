import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JobEvent } from "./events.ts";
import { ChangeHub, type JobChange } from "./hub.ts";
import type { NewFile, NewJob } from "./newJob.ts";
import type { RecordOfJobs } from "./port.ts";

/** What a driver gives the contract: one place that its stores share, as if over restarts of a process. */
export interface RecordUnderTest {
  open(options: RecordOptions): Promise<RecordOfJobs>;
  cleanUp(): Promise<void>;
}

interface RecordOptions {
  readonly hub: ChangeHub;
  readonly isTaken?: (task: string, name: string) => boolean;
}

interface Run {
  jobs: RecordOfJobs;
  readonly hub: ChangeHub;
  reopen(isTaken?: (task: string, name: string) => boolean): Promise<void>;
}

/** The laws of RecordOfJobs, for every driver. */
export function recordContract(name: string, make: () => Promise<RecordUnderTest>): void {
  describe(`record: ${name}`, () => {
    let place: RecordUnderTest;
    const run: Run = {
      jobs: undefined as unknown as RecordOfJobs,
      hub: new ChangeHub(),
      reopen: async (isTaken) => {
        await run.jobs.close();
        run.jobs = await place.open(isTaken === undefined ? { hub: run.hub } : { hub: run.hub, isTaken });
      },
    };
    beforeEach(async () => {
      place = await make();
      run.jobs = await place.open({ hub: run.hub });
    });
    afterEach(async () => {
      await run.jobs.close();
      await place.cleanUp();
    });
    describe("records", () => keepsRecords(run));
    describe("names", () => reservesNames(run));
    describe("events", () => takesEvents(run));
    describe("reading", () => reads(run));
    describe("jobs that are over", () => keepsAccount(run));
  });
}

function keepsRecords(run: Run): void {
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
      expect(created.record).toEqual({ ...fields, state: "queued", ...counts, attachments: [] });
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
}

function reservesNames(run: Run): void {
  test("a name that is taken elsewhere is passed over, for files and attachments, but may be replaced", async () => {
    const asked: string[][] = [];
    await run.reopen((task, name) => {
      asked.push([task, name]);
      return ["a.json", "sum.csv"].includes(name);
    });
    await run.jobs.create(newJob("01A", ["a", "b"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["a-01A.json", "b.json"]);
    // The one with the job's own id can only be its own.
    expect(asked).toEqual([
      ["text", "a.json"],
      ["text", "b.json"],
    ]);
    const attached = { type: "attached", attachment: { name: "sum.csv", key: "k", bytes: 1 } } as const;
    const record = await run.jobs.apply("01A", [started, attached]);
    expect(record.attachments.map(({ name }) => name)).toEqual(["sum-01A.csv"]);
    await run.jobs.create(newJob("01B", ["a"]), { replaceNames: true });
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
  });

  test("budgets that the client asked for are kept", async () => {
    await run.jobs.create(newJob("01A", ["a"], { budgets: { running: 1.5, total: 60 } }));
    await run.reopen();
    expect(await run.jobs.get("01A")).toMatchObject({ budgets: { running: 1.5, total: 60 } });
  });

  test("the first to ask gets a name, another job's file its job's id, a twin its index too", async () => {
    await run.jobs.create(newJob("01A", ["notes.txt"]));
    await run.jobs.create(newJob("01B", ["notes.md", "dir/NOTES.txt", "other.txt", "notes"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["notes.json"]);
    expect(await resultNames(run.jobs, "01B")).toEqual([
      "notes-01B.json",
      "NOTES-01B-1.json",
      "other.json",
      "notes-01B-3.json",
    ]);
  });

  test("twins in the first job: one has the plain name, the others their index", async () => {
    await run.jobs.create(newJob("01A", ["a.txt", "a.txt", "A.md"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["a.json", "a-01A-1.json", "A-01A-2.json"]);
  });

  test("names of other tasks are no matter", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.create(newJob("01B", ["a"], { task: "ocr" }));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
  });

  test("20 jobs at the same time get 20 names", async () => {
    const ids = Array.from({ length: 20 }, (_, place) => `01${place + 10}`);
    await Promise.all(ids.map((id) => run.jobs.create(newJob(id, ["same.txt"]))));
    const names = await Promise.all(ids.map((id) => resultNames(run.jobs, id)));
    expect(new Set(names.flat()).size).toBe(20);
  });

  test("a name that looks like a variant of a later one is in nobody's way", async () => {
    await run.jobs.create(newJob("01A", ["a-01B.txt", "a-01B-1.txt", "a.txt"]));
    await run.jobs.create(newJob("01B", ["a.txt", "a.txt"]));
    expect(new Set(await resultNames(run.jobs, "01B")).size).toBe(2);
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-01B-0.json", "a-01B-1-3.json"]);
  });

  test("owner tells whose a result is, once it is there", async () => {
    await run.jobs.create(newJob("01A", ["ünï.txt"]));
    expect(await run.jobs.owner("text", "ünï.json")).toBeUndefined();
    await run.jobs.apply("01A", [started, done(0)]);
    const owner = { job: "01A", index: 0, key: "k0", bytes: 4, sha256: "f".repeat(64) };
    expect(await run.jobs.owner("text", "ünï.json".normalize("NFD"))).toEqual(owner);
    expect(await run.jobs.owner("text", "ÜNÏ.json")).toBeUndefined();
    expect(await run.jobs.owner("ocr", "ünï.json")).toBeUndefined();
  });

  test("replaceNames: the later job takes the plain names over, the earlier record says so", async () => {
    await run.jobs.create(newJob("01A", ["a.txt", "b.txt"]));
    await run.jobs.apply("01A", [started, done(0), done(1), ended]);
    await run.jobs.create(newJob("01B", ["a.txt", "a.txt"]), { replaceNames: true });
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json", "a-01B-1.json"]);
    expect((await run.jobs.files("01A")).map(({ replacedBy }) => replacedBy)).toEqual(["01B", undefined]);
    await run.jobs.apply("01B", [started, done(0)]);
    expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01B", index: 0 });
    expect(await run.jobs.owner("text", "b.json")).toMatchObject({ job: "01A", index: 1 });
  });

  test("the name of a file that failed or was cancelled is free for the next one", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c"]));
    await run.jobs.apply("01A", [started, done(0), failed(1), { type: "cancelled", at: 9 }]);
    await run.jobs.create(newJob("01B", ["a", "b", "c"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-01B.json", "b.json", "c.json"]);
  });

  test("a removed job is gone for good, and its names are free", async () => {
    await run.jobs.create(newJob("01A", ["a"], { request: { key: "k", digest: "d", expiresAt: 20 } }));
    await expect(run.jobs.remove("01A")).rejects.toMatchObject({ code: "bad_transition" });
    await run.jobs.apply("01A", [started, partStored(0, "d1"), done(0), ended]);
    await run.jobs.remove("01A");
    await expect(run.jobs.remove("01A")).rejects.toMatchObject({ code: "no_such_job" });
    await run.reopen();
    expect(await run.jobs.get("01A")).toBeUndefined();
    expect([await run.jobs.files("01A"), await run.jobs.parts("01A", "main")]).toEqual([[], []]);
    expect(await run.jobs.requested({ client: undefined, key: "k" }, 0)).toBeUndefined();
    await run.jobs.create(newJob("01B", ["a"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
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

  test("files remember in which order they ended", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c"]));
    await run.jobs.apply("01A", [started, done(2), failed(0), { type: "cancelled", at: 9 }]);
    await run.reopen();
    expect((await run.jobs.files("01A")).map(({ order }) => order)).toEqual([2, undefined, 1]);
  });

  test("attachments get names of their own, the same when they are asked for again", async () => {
    const attach = (key: string) =>
      ({ type: "attached", attachment: { name: "../mean.csv", key, bytes: 7 } }) as const;
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.create(newJob("01B", ["b"]));
    const first = await run.jobs.apply("01A", [started, attach("k1")]);
    expect(first.attachments).toEqual([{ name: "mean.csv", key: "k1", bytes: 7 }]);
    const second = await run.jobs.apply("01B", [started, attach("k2")]);
    expect(second.attachments).toEqual([{ name: "mean-01B.csv", key: "k2", bytes: 7 }]);
    await run.reopen();
    const again = await run.jobs.apply("01B", [attach("k3")]);
    expect(again.attachments).toEqual([{ name: "mean-01B.csv", key: "k3", bytes: 7 }]);
    expect(await run.jobs.get("01B")).toEqual(again);
    expect(await run.jobs.owner("text", "mean-01B.csv")).toEqual({ job: "01B", key: "k3", bytes: 7 });
  });
}

function takesEvents(run: Run): void {
  beforeEach(async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c", "d"]));
  });

  test("events of one call happen all or not at all", async () => {
    const before = await run.jobs.apply("01A", [started]);
    await expect(run.jobs.apply("01A", [done(0), partStored(0, "d"), done(1), ended])).rejects.toMatchObject({
      code: "bad_transition",
    });
    expect(await run.jobs.get("01A")).toEqual(before);
    expect((await run.jobs.files("01A")).map(({ state }) => state)).toEqual(Array(4).fill("queued"));
    expect(await run.jobs.parts("01A", "main")).toEqual([]);
  });

  test("a refused call does not touch those at the same time", async () => {
    await run.jobs.apply("01A", [started]);
    const calls = [[done(0)], [done(0)], [done(9)], [ended], [failed(1)]].map((events) =>
      run.jobs.apply("01A", events),
    );
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(await run.jobs.get("01A")).toMatchObject({ state: "running", done: 1, failed: 1 });
  });

  test("1,000 calls at the same time are all counted", async () => {
    await run.jobs.create(
      newJob(
        "01B",
        Array.from({ length: 1_000 }, (_, index) => `${index}`),
      ),
    );
    await run.jobs.apply("01B", [started]);
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => run.jobs.apply("01B", [done(index)])));
    expect(await run.jobs.apply("01B", [ended])).toMatchObject({ state: "succeeded", done: 1_000 });
  });

  test("cancelling ends the open files and no others", async () => {
    await run.jobs.apply("01A", [started, done(1)]);
    expect(await run.jobs.apply("01A", [{ type: "cancelled", at: 9 }])).toMatchObject({
      state: "cancelled",
      cancelled: 3,
    });
    expect((await run.jobs.files("01A")).map(({ state }) => state)).toEqual([
      "cancelled",
      "done",
      "cancelled",
      "cancelled",
    ]);
    await expect(run.jobs.apply("01A", [done(0)])).rejects.toMatchObject({ code: "bad_transition" });
  });

  test("a broken job gives its open files its error", async () => {
    await run.jobs.apply("01A", [started, done(1)]);
    await run.jobs.apply("01A", [{ type: "broken", at: 9, code: "replay_mismatch", error: "Not the same." }]);
    expect((await run.jobs.files("01A", 0, 1))[0]).toMatchObject({
      state: "failed",
      code: "replay_mismatch",
      endedAt: 9,
    });
    expect(await run.jobs.get("01A")).toMatchObject({ state: "partial", failed: 3, code: "replay_mismatch" });
  });

  test("a job that is not there is no_such_job", async () => {
    await expect(run.jobs.apply("01Z", [started])).rejects.toMatchObject({ code: "no_such_job" });
    expect(await run.jobs.get("01Z")).toBeUndefined();
    expect(await run.jobs.files("01Z")).toEqual([]);
  });

  test("parts come back by map in index order, the last of an index wins, errors too", async () => {
    const parts = [
      partStored(2, "d2"),
      partStored(0, "old"),
      partStored(0, "d0"),
      partStored(1, "x", "count"),
    ];
    await run.jobs.apply("01A", [started, ...parts, failedPart(1)]);
    await run.reopen();
    const [two, , zero, other] = parts;
    expect(await run.jobs.parts("01A", "main")).toEqual([zero?.record, failedPart(1).record, two?.record]);
    expect(await run.jobs.parts("01A", "count")).toEqual([other?.record]);
    expect(await run.jobs.parts("01B", "main")).toEqual([]);
  });

  test("parts tell when they were stored, where that was said", async () => {
    const part = partStored(0, "d0");
    await run.jobs.apply("01A", [started, { ...part, record: { ...part.record, at: 1234 } }]);
    await run.reopen();
    expect(await run.jobs.parts("01A", "main")).toEqual([{ ...part.record, at: 1234 }]);
  });

  test("second copies are counted up, across restarts too", async () => {
    const copied = { type: "speculated", copies: 1, copiesFirst: 0, secondsSaved: 0 } as const;
    const first = { type: "speculated", copies: 0, copiesFirst: 1, secondsSaved: 1.5 } as const;
    await run.jobs.apply("01A", [started, copied]);
    await run.reopen();
    await run.jobs.apply("01A", [copied, first]);
    await run.reopen();
    expect((await run.jobs.get("01A"))?.speculation).toEqual({
      copies: 2,
      copiesFirst: 1,
      secondsSaved: 1.5,
    });
  });

  test("the hub is told of each change that is committed", async () => {
    const told: [JobChange["job"]["state"], readonly JobEvent[]][] = [];
    const stop = run.hub.watch("jobs", ({ job, events }) => told.push([job.state, events]));
    await run.jobs.create(newJob("01B", ["x"]));
    await run.jobs.apply("01B", [started]);
    await run.jobs.apply("01B", [ended]).catch(() => undefined);
    stop();
    await run.jobs.apply("01B", [done(0)]);
    expect(told).toEqual([
      ["queued", []],
      ["running", [started]],
    ]);
  });
}

function reads(run: Run): void {
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
  });

  test.each([
    ["ended", [started, done(0), ended]],
    ["cancelled", [started, { type: "cancelled", at: 9 }]],
    ["broken", [{ type: "broken", at: 9, code: "x", error: "y" }]],
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

  test("a client's jobs can be listed apart, those of nobody are in nobody's list", async () => {
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

function keepsAccount(run: Run): void {
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

const started = { type: "started", at: 2 } as const;
const ended = { type: "ended", at: 9 } as const;

function done(index: number) {
  const result = {
    resultKey: `k${index}`,
    resultBytes: 4,
    resultSha256: "f".repeat(64),
    attempts: 1,
    seconds: 0.5,
  };
  return { type: "file_done", index, at: 3, ...result } as const;
}

function failed(index: number) {
  return { type: "file_failed", index, at: 3, code: "corrupt", error: "No.", attempts: 2 } as const;
}

function partStored(index: number, digest: string, map = "main") {
  const file = { key: `part-${digest}`, filename: "a\0.txt", bytes: 5, sha256: "e".repeat(64) };
  return {
    type: "part_stored",
    record: { map, digest, part: { ok: true, index, file, summary: "s" } },
  } as const;
}

function failedPart(index: number) {
  const part = { ok: false, index, code: "corrupt", error: "No." } as const;
  return { type: "part_stored", record: { map: "main", digest: "df", part } } as const;
}

function newJob(id: string, filenames: readonly string[], more: Partial<NewJob> = {}): NewJob {
  const files = filenames.map(
    (filename, index): NewFile => ({
      index,
      key: `input-${id}-${index}`,
      filename,
      bytes: 10 + index,
      sha256: "a".repeat(64),
      resultName: (stem) => `${stem}.json`,
    }),
  );
  return {
    id,
    task: "text",
    options: {},
    priority: 1,
    seed: 4_294_967_295,
    createdAt: 1_700_000_000_000,
    files,
    ...more,
  };
}

async function resultNames(jobs: RecordOfJobs, job: string): Promise<string[]> {
  return (await jobs.files(job)).map(({ resultName }) => resultName);
}
