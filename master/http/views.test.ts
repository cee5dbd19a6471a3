import { expect, test, vi } from "vitest";
import { splitOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { JobProgress } from "../map/progress.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { JobRecord } from "../record/job.ts";
import type { ResultsFolder } from "../results/results.ts";
import { fileView, jobView, statistics } from "./views.ts";

const JOB: JobRecord = {
  id: "one",
  name: "a.txt",
  task: "text",
  state: "succeeded",
  options: {},
  priority: 1,
  seed: 1,
  total: 1,
  done: 1,
  failed: 0,
  cancelled: 0,
  bytes: 3,
  createdAt: 0,
  attachments: [],
};

const NAMED = {
  savedAs: (_task: string, name: string) => name,
  url: (_task: string, name: string) => name,
};

/** A job without attachments asks nothing of it. */
const results = {} as ResultsFolder;

test("a job's record shows that a password was given, not which", () => {
  const given = splitOptions(taskNamed("document"), { password: "open sesame", max_pages: 3 });
  const view = jobView({ ...JOB, task: "document", ...given }, { results });
  expect(view.options).toEqual({ password: "***", max_pages: 3 });
  expect(JSON.stringify(view)).not.toContain("sesame");
});

test("a job's record shows the options that are no secret as they are", () => {
  const options = { format: "png" };
  expect(jobView({ ...JOB, task: "image", options }, { results }).options).toEqual(options);
});

test("statistics come from the sums of the job", () => {
  const work = { files: 2, seconds: 3.5, resultBytes: 70, startedAt: 2_000, slaves: { a: 2 } };
  expect(statistics({ ...JOB, done: 2, total: 3, endedAt: 6_000, startedAt: 1_000, work })).toMatchObject({
    ...{ seconds: 6, queue_seconds: 2, run_seconds: 4, slave_seconds: 3.5 },
    ...{ input_bytes: 3, result_bytes: 70, files_per_second: 0.5, slaves: { a: 2 } },
  });
});

test("no time is negative when the clock was set back", () => {
  const back = { createdAt: 9_000, startedAt: 8_000, endedAt: 7_000 };
  const job = {
    ...JOB,
    ...back,
    work: { files: 1, seconds: 1, resultBytes: 1, startedAt: 8_000, slaves: {} },
  };
  const zeros = { seconds: 0, queue_seconds: 0, run_seconds: 0, files_per_second: 0 };
  expect(statistics(job)).toMatchObject(zeros);
  const file = { index: 0, key: "k", filename: "a", bytes: 1, sha256: "a", resultName: "a", attempts: 1 };
  const view = fileView(job, { ...file, state: "failed", startedAt: 8_000, endedAt: 7_000 }, { results });
  expect(view).toMatchObject({ queue_seconds: 0, run_seconds: 0 });
});

test.each([
  ["a file that waits", { state: "queued" }, { wait_seconds: 60 }],
  ["a file that runs", { state: "queued", startedAt: 20_000 }, { wait_seconds: 20, run_seconds: 40 }],
  [
    "a file that ended",
    { state: "done", startedAt: 20_000, endedAt: 25_000 },
    { wait_seconds: 20, run_seconds: 5 },
  ],
  ["a file that its job ended", { state: "cancelled", endedAt: 30_000 }, { wait_seconds: 30 }],
] as const)("seconds of %s", (_, own, seconds) => {
  vi.useFakeTimers({ now: 60_000 });
  const live = {
    isRunning: () => true,
    isPlacing: () => false,
    running: () => 1,
    shownRunning: () => [0],
    startedAt: () => undefined,
    partsOf: () => undefined,
    outlook: () => undefined,
  };
  const file = { index: 0, key: "k", filename: "a", bytes: 1, sha256: "a", resultName: "a", attempts: 1 };
  const view = fileView(JOB, { ...file, ...own }, { results: NAMED, live });
  vi.useRealTimers();
  expect(view).toMatchObject(seconds);
  expect(view.run_seconds).toBe("run_seconds" in seconds ? seconds.run_seconds : undefined);
});

test("a file that runs in several pieces tells how many are done", () => {
  const live = new JobProgress(() => undefined);
  const file = { index: 0, key: "k", filename: "a", bytes: 1, sha256: "a" };
  const work = { slave: "s", seconds: 1, attempts: 1 };
  const unit = (id: string): QueuedUnit => ({
    ...{ id, job: "01A", task: "ocr", step: "recognize", stepVersion: 1, options: {}, args: {} },
    ...{ files: [file], bytes: 1, crashes: 0, losses: 0, priority: 1 },
  });
  const record = { ...file, state: "queued", resultName: "a", attempts: 0 } as const;
  const parts = () => fileView(JOB, record, { results: NAMED, live }).parts;
  live.watch.submitted(unit("01A/main/0"), false);
  expect(parts()).toBeUndefined();
  live.watch.ended(unit("01A/main/0"), work);
  for (const n of [0, 1, 2]) live.watch.submitted(unit(`01A/page/0/${n}`), n === 2);
  expect(parts()).toEqual({ done: 2, total: 4 });
  live.takeWork(0);
  expect(parts()).toBeUndefined();
});

test("a done file whose result has no place yet runs: its name may still change", () => {
  const live = new JobProgress(() => undefined);
  const file = {
    index: 0,
    key: "k",
    filename: "a.txt",
    bytes: 1,
    sha256: "0",
    attempts: 1,
    state: "done",
  } as const;
  const view = () => fileView(JOB, { ...file, resultName: "a.json" }, { results: NAMED, live });
  live.placing(0);
  expect(view()).toMatchObject({ state: "running" });
  expect(view()).not.toHaveProperty("saved_as");
  live.placed(0);
  expect(view()).toMatchObject({ state: "done", saved_as: "a.json", path: "a.txt" });
});
