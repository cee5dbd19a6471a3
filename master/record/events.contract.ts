import { beforeEach, expect, test } from "vitest";
import type { JobChange } from "../hub.ts";
import type { JobEvent } from "./events.ts";
import {
  done,
  ended,
  failed,
  failedPart,
  newJob,
  partStored,
  type RecordRun,
  started,
} from "./fixtures.contract.ts";

/** Laws of what happens to jobs. */
export function takesEvents(run: RecordRun): void {
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

  test("a warning of several files is one warning of the job, which names them and outlasts a restart", async () => {
    const late = { code: "late", message: "It came late." };
    const other = { code: "empty", message: "It is empty." };
    const warned = (index: number, ...warnings: (typeof late)[]) => ({ ...done(index), warnings });
    await run.jobs.apply("01A", [started, warned(3, late), warned(0, late, other), done(1)]);
    await run.jobs.apply("01A", [warned(2, late)]);
    const expected = [
      { ...other, count: 1, files: [0] },
      { ...late, count: 3, files: [0, 2, 3] },
    ];
    expect((await run.jobs.get("01A"))?.warnings).toEqual(expected);
    await run.reopen();
    expect((await run.jobs.get("01A"))?.warnings).toEqual(expected);
    expect((await run.jobs.files("01A")).map(({ warnings }) => warnings)).toEqual([
      [late, other],
      undefined,
      [late],
      [late],
    ]);
  });

  test("a warning that the run of a task raises again is there once", async () => {
    const warning = { code: "slow", message: "It is slow.", count: 7 };
    await run.jobs.apply("01A", [started, { type: "warned", warning: { ...warning, count: 3 } }]);
    await run.jobs.apply("01A", [{ type: "warned", warning }]);
    expect((await run.jobs.get("01A"))?.warnings).toEqual([warning]);
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

  test("a job that fails as a whole gives its open files its error", async () => {
    await run.jobs.apply("01A", [started, done(1)]);
    await run.jobs.apply("01A", [{ type: "failed", at: 9, code: "replay_mismatch", error: "Not the same." }]);
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

  test("files remember in which order they ended", async () => {
    await run.jobs.apply("01A", [started, done(2), failed(0), { type: "cancelled", at: 9 }]);
    await run.reopen();
    expect((await run.jobs.files("01A")).map(({ endOrder }) => endOrder)).toEqual([
      2,
      undefined,
      1,
      undefined,
    ]);
  });
}
