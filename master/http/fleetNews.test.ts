import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChangeHub } from "../hub.ts";
import type { JobRecord } from "../record/job.ts";
import { FleetNews, type FleetState, type NewsItem } from "./fleetNews.ts";

let hub: ChangeHub;
let state: FleetState;
let news: FleetNews;

beforeEach(() => {
  vi.useFakeTimers();
  hub = new ChangeHub();
  state = { slaves: new Map([["s1", "idle"]]), capacity: "1" };
  news = new FleetNews({ hub, state: () => state });
});

afterEach(() => vi.useRealTimers());

function job(id: string, own: Partial<JobRecord> = {}): JobRecord {
  const counts = { total: 1, done: 0, failed: 0, cancelled: 0, bytes: 1 };
  const about = { name: id, task: "text", options: {}, priority: 1, seed: 1, createdAt: 1, attachments: [] };
  return { id, state: "running", ...about, ...counts, ...own };
}

function after(from: number, limit = 100): NewsItem[] {
  return news.page({ from, until: news.seq, limit }).entries.map(({ item }) => item);
}

test("of each job only the last change is told, in the order of the changes", () => {
  const leave = news.join();
  for (const id of ["a", "b", "a", "c", "a"]) hub.jobChanged(job(id), []);
  expect(after(0)).toEqual(["b", "c", "a"].map((id) => ({ kind: "job", id })));
  const { seq } = news.page({ from: 0, until: news.seq, limit: 1 });
  expect(after(seq).map((item) => "id" in item && item.id)).toEqual(["c", "a"]);
  leave();
});

test("progress that was not told yet does not hide the removal of its job", () => {
  const leave = news.join();
  hub.jobChanged(job("a"), [{ type: "ended", at: 2 }]);
  hub.jobRemoved(job("a"));
  vi.advanceTimersByTime(5_000);
  expect(after(0)).toEqual([{ kind: "removed", what: "job", id: "a" }]);
  leave();
});

test("a change of a job's state is told apart from its progress", () => {
  const leave = news.join();
  hub.jobChanged(job("a"), [{ type: "started", at: 1 }]);
  const read = news.seq;
  hub.jobChanged(job("a"), [{ type: "speculated", copies: 1, copiesFirst: 0, secondsSaved: 0 }]);
  const { entries } = news.page({ from: read, until: news.seq, limit: 9 });
  expect(entries.map(({ stateSeq }) => stateSeq > read)).toEqual([false]);
  hub.jobChanged(job("a"), [{ type: "ended", at: 2 }]);
  expect(news.page({ from: read, until: news.seq, limit: 9 }).entries[0]?.stateSeq).toBe(news.seq);
  leave();
});

test("slaves and capacity are compared every second, and slaves that are gone are removed", () => {
  const leave = news.join();
  vi.advanceTimersByTime(3_000);
  expect(after(0)).toEqual([]);
  state = { slaves: new Map([["s2", "busy"]]), capacity: "2" };
  vi.advanceTimersByTime(1_000);
  const removed = { kind: "removed", what: "slave", id: "s1" };
  expect(after(0)).toEqual([{ kind: "slave", id: "s2" }, removed, { kind: "capacity" }]);
  leave();
});

test("a removed job is told once, with its owner", () => {
  const leave = news.join();
  hub.jobChanged(job("a"), []);
  hub.jobRemoved(job("a", { client: "alice" }));
  expect(after(0)).toEqual([{ kind: "removed", what: "job", id: "a", client: "alice" }]);
  leave();
});

test("a bounded number of changes is kept: a reader that is further behind begins anew", () => {
  const leave = news.join();
  hub.jobChanged(job("first"), []);
  const read = news.seq;
  for (let n = 0; n < 30_000; n += 1) hub.jobChanged(job(`j${n}`), []);
  expect(news.isPast(read)).toBe(true);
  expect(news.isPast(news.seq - 10_000)).toBe(false);
  expect(after(0, 1_000_000).length).toBeLessThanOrEqual(20_000);
  leave();
});

test("nothing is noted while there is no reader", () => {
  news.join()();
  hub.jobChanged(job("a"), []);
  expect(news.seq).toBe(0);
});

test("a reader that waits hears of the next change, or of its own end", async () => {
  const leave = news.join();
  const client = new AbortController();
  const waits = [news.changed(news.seq, client.signal), news.changed(news.seq, new AbortController().signal)];
  hub.jobChanged(job("a"), []);
  await Promise.all(waits);
  const last = news.changed(news.seq, client.signal);
  client.abort();
  await last;
  leave();
});
