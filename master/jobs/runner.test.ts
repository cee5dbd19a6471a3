import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { Part } from "../../shared/tasks/task.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { ChangeHub } from "../hub.ts";
import { PaceBook } from "../map/pace.ts";
import { partEvent } from "../map/partEvent.ts";
import { MemoryQueue } from "../queue/memory.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";
import type { JobRecord } from "../record/job.ts";
import type { CreatedJob, NewJob } from "../record/newJob.ts";
import { jobFiles } from "./jobFiles.ts";
import { JobRunner } from "./runner.ts";

/** What a slave answers for a unit; undefined: nothing yet. */
type Answer = (unit: QueuedUnit) => Promise<Part | undefined> | Part | undefined;

const WORK = { slave: "s1", seconds: 0.5, attempts: 1 };
const FAILED = { ok: false, index: 0, code: "corrupt_file", error: "It is cut." } as const;

let opened: Awaited<ReturnType<typeof openRecordFolder>>;
beforeEach(async () => {
  opened = await openRecordFolder();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await opened.close();
});

/** A runner over a real record, store and queue. Its units are answered at once, as by one slave of many slots. */
function startRunner(answer: Answer, budgets: { readonly total?: number } = {}) {
  const { jobs, store, writer } = opened;
  const queue = new MemoryQueue();
  const units: QueuedUnit[] = [];
  const cancelled: string[] = [];
  const dispatcher = {
    cancel: async (job: string) => {
      cancelled.push(job);
      await queue.cancel(job);
    },
  };
  queue.onReady(() => void answerAll({ queue, units }, answer));
  const runner = new JobRunner({
    jobs,
    hub: new ChangeHub(),
    files: jobFiles(store, (work) => work()),
    results: writer,
    store,
    map: { jobs, queue, paces: new PaceBook(), slots: () => 1 },
    dispatcher,
    registry: { all: () => [] },
    outlooks: { of: () => undefined },
    sight: "all",
    budgets: { total: budgets.total },
    keptBytes: new Map(),
    logger: createLogger("test", "silent"),
  });
  return { runner, units, cancelled };
}

interface Slave {
  readonly queue: MemoryQueue;
  readonly units: QueuedUnit[];
}

async function answerAll({ queue, units }: Slave, answer: Answer): Promise<void> {
  for (;;) {
    const [head] = queue.heads();
    const most = { units: 1, bytes: 1 };
    const lease = head && (await queue.lease({ owner: "s1", seconds: 60, map: head.map, most }));
    if (lease === undefined) return;
    const [unit] = lease.units;
    if (unit === undefined) continue;
    units.push(unit);
    queue.began(lease, unit.id);
    const part = await answer(unit);
    if (part === undefined || !(await queue.ack(lease, unit.id))) continue;
    await opened.jobs.apply(unit.job, [partEvent(unit, { ...part, index: indexOf(unit.id) }, WORK)]);
  }
}

/** The part of a unit: its number as text. */
async function done(unit: QueuedUnit): Promise<Part> {
  const stored = await opened.store.put(Buffer.from(numberOf(unit)), { group: unit.job });
  const file = { filename: "part", ...stored };
  return { ok: true, index: indexOf(unit.id), file, summary: undefined, info: undefined };
}

function numberOf({ id }: QueuedUnit): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

async function newJob(count: number, more: Partial<NewJob> = {}): Promise<CreatedJob> {
  const files = Array.from({ length: count }, (_, index) => ({
    index,
    key: `input-${index}`,
    filename: `${index}.png`,
    bytes: 10,
    sha256: "a".repeat(64),
    resultName: (stem: string) => `${stem}.png`,
  }));
  const createdAt = Date.now();
  return await opened.jobs.create({
    ...{ id: "01A", task: "image", options: {}, priority: 1, seed: 1, createdAt, files },
    ...more,
  });
}

async function start(runner: JobRunner, { record, files }: CreatedJob): Promise<() => Promise<JobRecord>> {
  const job = await runner.start(record, files);
  return async () => await job.ended;
}

async function states(): Promise<string[]> {
  return (await opened.jobs.files("01A")).map(({ state }) => state);
}

const unanswered = (unit: QueuedUnit) => (numberOf(unit) === "0" ? done(unit) : undefined);

async function untilDone(count: number): Promise<void> {
  await vi.waitFor(async () => expect((await opened.jobs.get("01A"))?.done).toBe(count), 10_000);
}

describe("a job that runs", () => {
  test("ends with a result for each file, in the record and in the folder", async () => {
    const { runner } = startRunner(done);
    const ended = await start(runner, await newJob(3));
    expect(await ended()).toMatchObject({ state: "succeeded", done: 3 });
    expect(await states()).toEqual(["done", "done", "done"]);
    const folder = await readdir(join(opened.folder, "results", "image"));
    expect(folder.toSorted()).toEqual(["0.png", "1.png", "2.png"]);
  });

  test("is partial when some files fail, and failed when all do", async () => {
    const { runner } = startRunner((unit) => (numberOf(unit) === "1" ? FAILED : done(unit)));
    const some = await start(runner, await newJob(2));
    expect(await some()).toMatchObject({ state: "partial", done: 1, failed: 1 });
    const others = startRunner(() => FAILED);
    const all = await start(others.runner, await newJob(2, { id: "01B" }));
    expect(await all()).toMatchObject({ state: "failed", failed: 2 });
  });

  test("is started once, and counts as load until it ends", async () => {
    const { runner } = startRunner(unanswered);
    const created = await newJob(3);
    const [first, second] = await Promise.all([
      runner.start(created.record, created.files),
      runner.start(created.record),
    ]);
    expect(second).toBe(first);
    await vi.waitFor(() => expect(runner.load()).toEqual({ jobs: 1, files: 2, bytes: 20 }), 10_000);
    await runner.cancel("01A", { code: "cancelled", message: "Enough." });
    expect(runner.load()).toEqual({ jobs: 0, files: 0, bytes: 0 });
  });

  test("gives its units its priority", async () => {
    const { runner, units } = startRunner(done);
    const ended = await start(runner, await newJob(2, { priority: 10 }));
    await ended();
    expect(units.map(({ priority }) => priority)).toEqual([10, 10]);
  });

  test("can be followed while it runs and when it is over; one that is not there cannot", async () => {
    const { runner } = startRunner(done);
    const ended = await start(runner, await newJob(2));
    expect((await runner.follow("01A"))?.progress).toBe(runner.live("01A"));
    expect(runner.live("01A")).toBeDefined();
    await ended();
    expect(runner.live("01A")).toBeUndefined();
    const followed = await runner.follow("01A");
    expect(followed?.endedFiles).toBe(2);
    expect(await followed?.ended).toMatchObject({ state: "succeeded" });
    expect(await runner.follow("01Z")).toBeUndefined();
  });
});

describe("a job that is cancelled", () => {
  test.each([
    { code: "cancelled", message: "Cancelled by a client." },
    { code: "no_slaves", message: "No slaves available" },
  ] as const)("keeps its results and the reason: $code", async (reason) => {
    const { runner, cancelled } = startRunner(unanswered);
    await start(runner, await newJob(3));
    await untilDone(1);
    const { code, message: error } = reason;
    const final = await runner.cancel("01A", reason);
    expect(final).toMatchObject({ state: "cancelled", done: 1, cancelled: 2, code, error });
    expect(await states()).toEqual(["done", "cancelled", "cancelled"]);
    expect(cancelled).toContain("01A");
    expect(await runner.cancel("01A", reason)).toEqual(final);
    expect(await runner.cancel("01Z", reason)).toBeUndefined();
  });
});

describe("a master that stops", () => {
  test("leaves its jobs as they are; the next one does what is not recorded, and no more", async () => {
    const before = startRunner(unanswered);
    const ended = await start(before.runner, await newJob(3));
    await untilDone(1);
    await before.runner.stop();
    expect(await ended()).toMatchObject({ state: "running", done: 1 });
    await expect(newJob(1, { id: "01B" }).then((job) => start(before.runner, job))).rejects.toMatchObject({
      code: "stopping",
    });
    const after = startRunner(done);
    expect(await after.runner.resume()).toBe(2);
    for (const id of ["01A", "01B"]) await (await after.runner.follow(id))?.ended;
    expect(await opened.jobs.get("01A")).toMatchObject({ state: "succeeded", done: 3 });
    const replayed = after.units.filter(({ job }) => job === "01A").map(numberOf);
    expect(replayed.toSorted()).toEqual(["1", "2"]);
  });

  test("stops a job too that is being started", async () => {
    const { runner } = startRunner(() => undefined);
    const { record } = await newJob(1);
    const starting = runner.start(record);
    await runner.stop();
    expect(await (await starting).ended).toMatchObject({ state: "running" });
  });
});

describe("a job as a whole", () => {
  test("ends as job_too_long when its total budget is over, also while no master runs; results stay", async () => {
    const before = startRunner(unanswered);
    await start(before.runner, await newJob(2, { createdAt: Date.now() - 3_600_000 }));
    await untilDone(1);
    await before.runner.stop();
    const { runner } = startRunner(() => undefined, { total: 3600 });
    await runner.resume();
    const final = await (await runner.follow("01A"))?.ended;
    expect(final).toMatchObject({ state: "partial", code: "job_too_long", done: 1, failed: 1 });
    expect((await opened.jobs.files("01A"))[1]).toMatchObject({ state: "failed", code: "job_too_long" });
  });

  test.each([
    [new AppError("no_terms", "No text has a term."), "no_terms", "No text has a term."],
    [new Error("/secret/path"), "internal_error", "The job failed because of an internal error."],
    [
      Object.assign(new Error("/secret/path"), { code: "EROFS", path: "/secret/path" }),
      "not_writable",
      "A folder of the service cannot be written to (EROFS). Its operator lets the user of the service write to DATA_DIR and RESULTS_DIR.",
    ],
  ])("fails with the code of what its task threw: %s", async (thrown, code, error) => {
    vi.spyOn(taskNamed("mean"), "run").mockRejectedValue(thrown);
    const { runner, cancelled } = startRunner(done);
    const ended = await start(runner, await newJob(2, { task: "mean" }));
    expect(await ended()).toMatchObject({ state: "failed", code, error, failed: 2 });
    expect(cancelled).toEqual(["01A"]);
  });

  test("stops the maps that its task left open when it failed", async () => {
    let open: Promise<unknown> | undefined;
    vi.spyOn(taskNamed("mean"), "run").mockImplementation(async ({ mapInOrder, inputs }) => {
      open = mapInOrder(
        "open",
        "sum",
        inputs.map((file) => ({ files: [file] })),
      );
      open.catch(() => undefined);
      throw new AppError("no_terms", "No text has a term.");
    });
    const { runner } = startRunner(() => undefined);
    const ended = await start(runner, await newJob(2, { task: "mean" }));
    expect(await ended()).toMatchObject({ state: "failed", code: "no_terms" });
    await expect(open).rejects.toMatchObject({ message: "The job has failed." });
  });

  test("fails with not_processed when its task leaves a file out", async () => {
    vi.spyOn(taskNamed("mean"), "run").mockImplementation(async ({ publish, inputs }) => {
      await publish(inputs[0]?.index ?? 0, { ok: false, code: "no_numbers", error: "It has none." });
    });
    const { runner } = startRunner(done);
    const ended = await start(runner, await newJob(2, { task: "mean" }));
    expect(await ended()).toMatchObject({ state: "failed", code: "not_processed" });
    const codes = (await opened.jobs.files("01A")).map(({ code }) => code);
    expect(codes).toEqual(["no_numbers", "not_processed"]);
  });
});

describe("files of a job with the bytes of an earlier one", () => {
  test("get copies of its result the moment it is there, and no slave does them", async () => {
    const { runner, units } = startRunner(unanswered);
    await start(runner, await twins(4, 1));
    await untilDone(4);
    expect(units.map(({ id }) => id).toSorted()).toEqual(["01A/main/0", "01A/main/1"]);
    const files = await opened.jobs.files("01A", 0, 4);
    expect(files.map(({ attempts, savedSeconds }) => [attempts, savedSeconds])).toEqual([
      [1, undefined],
      ...[1, 2, 3].map(() => [0, 0.5]),
    ]);
    expect(new Set(files.map(({ resultKey }) => resultKey)).size).toBe(4);
    expect((await opened.jobs.get("01A"))?.work).toMatchObject({ cached: 3, savedSeconds: 1.5, files: 4 });
    await runner.cancel("01A", { code: "cancelled", message: "Enough." });
  });

  test.each([
    ["fails", FAILED, ["failed", "done", "done", "done"]],
    ["may be better at another slave", "warned", ["done", "done", "done", "done"]],
  ] as const)("are done by slaves when that one %s, also over a restart", async (_, answer, expected) => {
    const warnings = [{ code: "pages_not_read", message: "One page." }] as const;
    const first = async (unit: QueuedUnit): Promise<Part> => {
      if (answer !== "warned") return answer;
      const part = await done(unit);
      return part.ok ? { ...part, warnings } : part;
    };
    const created = await twins(4);
    const before = startRunner((unit) => {
      if (unit.id === "01A/main/0") return first(unit);
      return numberOf(unit) === "0" ? done(unit) : undefined;
    });
    await start(before.runner, created);
    await vi.waitFor(async () => {
      const { done = 0, failed = 0 } = (await opened.jobs.get("01A")) ?? {};
      expect(done + failed).toBe(2);
    }, 10_000);
    await before.runner.stop();
    const after = startRunner(done);
    const record = await opened.jobs.get("01A");
    if (record === undefined) throw new Error("the job is gone");
    const job = await after.runner.start(record);
    expect(await job.ended).toMatchObject({
      done: expected.filter((state) => state === "done").length,
    });
    expect(await states()).toEqual(expected);
    expect(after.units.map(({ id }) => id).toSorted()).toEqual(["01A/main~0/1", "01A/main~0/2"]);
  });

  test.each(["a result that is whole", "a result that is damaged"])(
    "after a restart go on from %s",
    async (which) => {
      const { record, files } = await twins(3);
      const { key, bytes, sha256 } = await opened.store.put(Buffer.from("made"), { group: "01A" });
      const isWhole = which === "a result that is whole";
      const reuseKey = "k";
      const result = {
        resultKey: key,
        resultBytes: bytes,
        resultSha256: isWhole ? sha256 : "f".repeat(64),
        reuseKey,
        ...WORK,
      };
      await opened.jobs.apply(record.id, [
        { type: "started", at: 1 },
        { type: "file_done", index: 0, at: 2, ...result },
      ]);
      const { runner, units } = startRunner(done);
      const now = await opened.jobs.get(record.id);
      const job = await runner.start(now ?? record);
      expect(await job.ended).toMatchObject({ state: "succeeded", done: files.length });
      const twinUnits = units.filter(({ id }) => id.includes("~"));
      expect(twinUnits).toHaveLength(isWhole ? 0 : 2);
    },
  );
});

/** A job of files with the same bytes, and others. */
async function twins(count: number, others = 0): Promise<CreatedJob> {
  const files = Array.from({ length: count + others }, (_, index) => ({
    ...{ index, key: `input-${index}`, filename: `${index}.png`, bytes: 10 },
    sha256: index < count ? "a".repeat(64) : String(index).padStart(64, "b"),
    resultName: (stem: string) => `${stem}.png`,
    ...(index > 0 && index < count ? { twinOf: 0 } : {}),
  }));
  return await newJob(0, { files });
}
