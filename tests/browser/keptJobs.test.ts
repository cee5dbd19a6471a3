import { expect, test } from "vitest";
import { keptJobs } from "../../master/dashboard/data/keptJobs.ts";
import type { JobView } from "../../shared/contract/jobs.ts";

const COUNTS = { total: 1, queued: 0, running: 0, done: 1, failed: 0, cancelled: 0 };

function job(at: number, state: JobView["state"]): JobView {
  const id = `01${String(at).padStart(6, "0")}`;
  const about = { id, job_id: id, name: id, task_type: "text", options: {}, priority: 1, counts: COUNTS };
  return { ...about, state, url: `/jobs/${id}`, bytes: 1, created_at: "", warnings: [] } as JobView;
}

test("of the jobs that have ended the newest 200 are kept, of those that run all", () => {
  const running = Array.from({ length: 300 }, (_, at) => job(at, "running"));
  const ended = Array.from({ length: 300 }, (_, at) => job(1_000 + at, "succeeded"));
  const kept = keptJobs(keptJobs(new Map(), running), ended);
  expect(kept.size).toBe(500);
  expect(running.every(({ id }) => kept.has(id))).toBe(true);
  expect([ended[99], ended[100]].map((one) => kept.has(one?.id ?? ""))).toEqual([false, true]);
  expect(keptJobs(kept, [{ ...job(0, "failed") }]).has("01000000")).toBe(false);
});
