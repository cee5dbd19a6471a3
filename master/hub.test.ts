import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Change, ChangeHub } from "./hub.ts";
import type { JobRecord } from "./record/job.ts";

let hub: ChangeHub;

beforeEach(() => {
  vi.useFakeTimers();
  hub = new ChangeHub();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a change of a job reaches its own watchers, those of all jobs and those of everything, and no others", () => {
  const told: string[] = [];
  hub.watchJob("a", ({ type }) => told.push(`a: ${type}`));
  hub.watchJob("b", ({ type }) => told.push(`b: ${type}`));
  hub.watch("jobs", ({ job }) => told.push(`jobs: ${job.id}`));
  hub.watch("slaves", ({ slave }) => told.push(`slaves: ${slave.id}`));
  hub.watch("all", ({ type }) => told.push(`all: ${type}`));
  hub.jobChanged(job("a"), []);
  expect(told).toEqual(["jobs: a", "a: job", "all: job"]);
});

test("a watcher that left is told nothing more, and others of the same job still are", () => {
  const told: string[] = [];
  const undo = hub.watchJob("a", () => told.push("first"));
  hub.watchJob("a", () => told.push("second"));
  undo();
  undo();
  hub.jobChanged(job("a"), []);
  expect(told).toEqual(["second"]);
});

test("progress is told once a second, for all units that began or ended in it, and not without a watcher", () => {
  const told: Change[] = [];
  hub.watchJob("a", (change) => told.push(change));
  for (let n = 0; n < 100; n += 1) hub.progressed("a");
  hub.progressed("b");
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([{ type: "progress", job: "a" }]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a change of the record is progress too, as it changes the counts", () => {
  const told: string[] = [];
  hub.watchJob("a", ({ type }) => told.push(type));
  hub.jobChanged(job("a"), []);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual(["job", "progress"]);
});

test("a change that another master made reaches those who watch the job or everything, and not those who count", () => {
  const told: string[] = [];
  hub.watchJob("a", ({ type }) => told.push(`a: ${type}`));
  hub.watch("jobs", ({ job }) => told.push(`jobs: ${job.id}`));
  hub.watch("all", ({ type }) => told.push(`all: ${type}`));
  hub.jobChangedElsewhere(job("a"));
  expect(told).toEqual(["a: job", "all: job"]);
});

function job(id: string): JobRecord {
  const counts = { total: 1, done: 0, failed: 0, cancelled: 0, bytes: 1 };
  const about = {
    name: "a.txt",
    task: "text",
    options: {},
    priority: 1,
    seed: 1,
    createdAt: 1,
    attachments: [],
  };
  return { id, state: "running", ...about, ...counts };
}
