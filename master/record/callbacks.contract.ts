import { expect, test } from "vitest";
import { done, ended, newJob, type RecordRun, started } from "./fixtures.contract.ts";

const NONE = { jobs: [], origins: [] };
const HERE = { url: "http://127.0.0.1:9/hook?key=1", fromLoopback: true };
const THERE = { url: "https://example.org/hook", fromLoopback: false };
const FAILED_TRY = { state: "pending", lastStatus: 503, nextAt: 70 } as const;

/** Laws of the callbacks of jobs, and of the webhooks that tell their ends. */
export function keepsCallbacks(run: RecordRun): void {
  const over = async (id: string, target = HERE) => {
    await run.jobs.create(newJob(id, ["a"], { callback: target }));
    await run.jobs.apply(id, [started, done(0), ended]);
  };

  test.each([1, 250])(
    "a job of %d files keeps its callback over a restart, and has none unasked",
    async (files) => {
      const names = Array.from({ length: files }, (_, n) => `${n}.txt`);
      const { record } = await run.jobs.create(newJob("01A", names, { callback: THERE }));
      await run.jobs.create(newJob("01B", ["a"]));
      expect(record.callback).toEqual({ ...THERE, state: "waiting", attempts: 0 });
      await run.reopen();
      expect(await run.jobs.get("01A")).toEqual(record);
      expect((await run.jobs.list({ limit: 9 })).map(({ callback }) => callback)).toEqual([
        undefined,
        record.callback,
      ]);
      expect(await run.jobs.callbacks.next(NONE)).toBeUndefined();
    },
  );

  test.each([
    ["ended", [started, done(0), ended]],
    ["cancelled", [{ type: "cancelled", at: 9 }]],
    ["failed as a whole", [{ type: "failed", at: 9, code: "x", error: "y" }]],
  ] as const)(
    "a job that is %s makes its callback pending, with the end, over a restart",
    async (_, events) => {
      await run.jobs.create(newJob("01A", ["a"], { callback: HERE }));
      expect(await run.jobs.callbacks.unprepared()).toEqual([]);
      const final = await run.jobs.apply("01A", events);
      expect(final.callback).toEqual({ ...HERE, state: "pending", attempts: 0, nextAt: 9 });
      await run.reopen();
      expect(await run.jobs.get("01A")).toEqual(final);
      expect(await run.jobs.callbacks.unprepared()).toEqual(["01A"]);
      expect(await run.jobs.callbacks.next(NONE)).toBeUndefined();
      await run.jobs.callbacks.prepare("01A", '{"a":"\\u0000"}');
      await run.reopen();
      expect(await run.jobs.callbacks.unprepared()).toEqual([]);
      const due = { job: "01A", ...HERE, body: '{"a":"\\u0000"}', attempts: 0, nextAt: 9 };
      expect(await run.jobs.callbacks.next(NONE)).toEqual(due);
    },
  );

  test("the webhook of a job that has not ended cannot be prepared", async () => {
    await run.jobs.create(newJob("01A", ["a"], { callback: HERE }));
    await run.jobs.callbacks.prepare("01A", "{}");
    await run.jobs.apply("01A", [started, done(0), ended]);
    expect(await run.jobs.callbacks.unprepared()).toEqual(["01A"]);
  });

  test("tries are counted, announced and kept; the one that is due first comes first", async () => {
    for (const id of ["01A", "01B"]) {
      await over(id);
      await run.jobs.callbacks.prepare(id, "{}");
    }
    const changed: string[] = [];
    const undo = run.hub.watch("jobs", ({ job, events }) =>
      changed.push(`${job.callback?.attempts} ${events.length}`),
    );
    await run.jobs.callbacks.note("01A", FAILED_TRY);
    undo();
    expect(changed).toEqual(["1 0"]);
    await run.reopen();
    expect((await run.jobs.get("01A"))?.callback).toEqual({ ...HERE, ...FAILED_TRY, attempts: 1 });
    expect(await run.jobs.callbacks.next(NONE)).toMatchObject({ job: "01B" });
    await run.jobs.callbacks.note("01B", { state: "delivered", lastStatus: 204 });
    expect(await run.jobs.callbacks.next(NONE)).toMatchObject({ job: "01A", attempts: 1, nextAt: 70 });
    await run.jobs.callbacks.note("01A", { state: "failed", lastError: "No answer." });
    expect(await run.jobs.callbacks.next(NONE)).toBeUndefined();
    const told = async (id: string) => (await run.jobs.get(id))?.callback;
    expect(await told("01B")).toEqual({ ...HERE, state: "delivered", attempts: 1, lastStatus: 204 });
    expect(await told("01A")).toEqual({ ...HERE, state: "failed", attempts: 2, lastError: "No answer." });
  });

  test("webhooks that are being sent and origins that have enough are left out", async () => {
    for (const id of ["01A", "01B"]) await over(id);
    await over("01C", THERE);
    for (const id of ["01A", "01B", "01C"]) await run.jobs.callbacks.prepare(id, "{}");
    const next = async (jobs: string[], origins: string[]) =>
      (await run.jobs.callbacks.next({ jobs, origins }))?.job;
    expect(await next(["01A"], [])).toBe("01B");
    expect(await next([], ["http://127.0.0.1:9"])).toBe("01C");
    expect(await next(["01A"], ["http://127.0.0.1:9", "https://example.org"])).toBeUndefined();
  });

  test("a webhook outlives its job until it is delivered; one without a body goes with the job", async () => {
    await over("01A");
    await run.jobs.callbacks.prepare("01A", "{}");
    await over("01B");
    for (const id of ["01A", "01B"]) await run.jobs.remove(id);
    await run.reopen();
    expect(await run.jobs.callbacks.unprepared()).toEqual([]);
    await run.jobs.callbacks.note("01A", FAILED_TRY);
    expect(await run.jobs.callbacks.next(NONE)).toMatchObject({ job: "01A", attempts: 1 });
    await run.jobs.callbacks.note("01A", { state: "delivered", lastStatus: 200 });
    await run.jobs.create(newJob("01A", ["a"], { callback: THERE }));
    expect((await run.jobs.get("01A"))?.callback).toMatchObject({ attempts: 0 });
  });
}
