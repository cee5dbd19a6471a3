import { expect, test, vi } from "vitest";
import { UnavailableError } from "../../shared/errors.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { type JobSpec, takeIn } from "./intake.ts";
import { KnownResults } from "./knownResults.ts";

test("a full queue tells when its excess is probably done", async () => {
  const shares: number[] = [];
  const deps = {
    jobs: { create: vi.fn() },
    store: { flush: vi.fn() },
    waiters: { bind: vi.fn() },
    runner: {
      refuseWhenStopping: () => undefined,
      load: () => ({ jobs: 1, files: 40, bytes: 100 }),
      start: vi.fn(),
    },
    known: { of: vi.fn(), drop: vi.fn() },
    cache: "use" as const,
    replaceNames: false,
    limits: { maxQueuedUnits: 30, maxQueuedBytes: 50 },
    secondsUntilDone: (share: number) => {
      shares.push(share);
      return 77;
    },
  };
  const spec: JobSpec = {
    id: "01A",
    task: taskNamed("text"),
    options: {},
    budgets: undefined,
    priority: 1,
    files: [],
  };
  const taken = takeIn(deps, spec, { durable: true, client: undefined });
  await expect(taken).rejects.toMatchObject({ code: "queue_full", status: 429, retryAfter: 77 });
  expect(shares).toEqual([0.5]);
});

test.each([
  ["before its files are looked for", 0],
  ["while results are copied", 1],
])(
  "a request during a stop, %s, leaves no job on record, whose inputs its client's error would remove",
  async (_, passes) => {
    const { jobs, store, close } = await openRecordFolder();
    const { key, bytes, sha256 } = await store.put(Buffer.from("text"), { group: "01A" });
    const files = [{ index: 0, filename: "a.txt", key, bytes, sha256 }];
    const spec: JobSpec = {
      id: "01A",
      task: taskNamed("text"),
      options: {},
      budgets: undefined,
      priority: 1,
      files,
    };
    let calls = 0;
    const runner = {
      refuseWhenStopping: () => {
        calls += 1;
        if (calls <= passes) return;
        throw new UnavailableError("stopping", "The master stops.");
      },
      load: () => ({ jobs: 0, files: 0, bytes: 0 }),
      start: vi.fn(),
    };
    const limits = { maxQueuedUnits: 10, maxQueuedBytes: 10 };
    const deps = {
      jobs,
      store,
      runner,
      waiters: { bind: vi.fn() },
      known: new KnownResults({ jobs, store, disk: { room: async () => 1e12 }, sight: "all" }),
      cache: "use" as const,
      replaceNames: false,
      limits,
      secondsUntilDone: () => 1,
    };
    await expect(takeIn(deps, spec, { durable: true, client: undefined })).rejects.toMatchObject({
      code: "stopping",
    });
    expect(runner.start).not.toHaveBeenCalled();
    expect(await jobs.get("01A")).toBeUndefined();
    await close();
  },
);
