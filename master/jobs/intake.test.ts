import { expect, test, vi } from "vitest";
import { UnavailableError } from "../../shared/errors.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { type JobSpec, takeIn } from "./intake.ts";

test("a request during a stop leaves no job on record, whose inputs its client's error would remove", async () => {
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
  const runner = {
    refuseWhenStopping: () => {
      throw new UnavailableError("stopping", "The master stops.");
    },
    load: () => ({ jobs: 0, files: 0, bytes: 0 }),
    start: vi.fn(),
  };
  const limits = { maxQueuedUnits: 10, maxQueuedBytes: 10 };
  const deps = { jobs, store, runner, waiters: { bind: vi.fn() }, replaceNames: false, limits };
  await expect(takeIn(deps, spec, { durable: true, client: undefined })).rejects.toMatchObject({
    code: "stopping",
  });
  expect(runner.start).not.toHaveBeenCalled();
  expect(await jobs.get("01A")).toBeUndefined();
  await close();
});
