import { expect, test } from "vitest";
import { keptJobs } from "../../master/dashboard/data/keptJobs.ts";
import type { JobView } from "../../shared/contract/jobs.ts";

function job(at: number, state: JobView["state"]): Pick<JobView, "id" | "state"> {
  return { id: `01${String(at).padStart(6, "0")}`, state };
}

test("of the jobs that have ended the newest 200 are kept, of those that run all", () => {
  const running = Array.from({ length: 300 }, (_, at) => job(at, "running"));
  const ended = Array.from({ length: 300 }, (_, at) => job(1_000 + at, "succeeded"));
  const kept = keptJobs(keptJobs(new Map<string, Pick<JobView, "id" | "state">>(), running), ended);
  expect(kept.size).toBe(500);
  expect(running.every(({ id }) => kept.has(id))).toBe(true);
  expect([ended[99], ended[100]].map((one) => kept.has(one?.id ?? ""))).toEqual([false, true]);
  expect(keptJobs(kept, [{ ...job(0, "failed") }]).has("01000000")).toBe(false);
});
