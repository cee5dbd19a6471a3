import { expect, test } from "vitest";
import { type Bundle, bundlesOf } from "./bundle.ts";
import { LANE, unitsFor } from "./bundles.contract.ts";
import type { OfferedBundle } from "./bundles.ts";
import { StartTimes } from "./startTimes.ts";

interface Wish {
  readonly count: number;
  readonly client?: string;
  readonly priority?: number;
}

/** Bundles of a job, each of 16 units. */
function bundles(job: string, { count, client, priority = 1 }: Wish): Bundle[] {
  return bundlesOf(unitsFor(job, 16 * count).map((unit) => ({ ...unit, client, priority })));
}

/** Jobs of the bundles that an engine hands out, the least start time first. */
function order(offered: readonly OfferedBundle[], count: number): string[] {
  const sorted = offered.toSorted((a, b) => a.startTime - b.startTime);
  return sorted.slice(0, count).map(({ units }) => units[0]?.job ?? "");
}

function countOf(jobs: readonly string[], job: string): number {
  return jobs.filter((one) => one === job).length;
}

test("ten bundles of a small job do not wait behind ten thousand of another client", () => {
  const times = new StartTimes();
  const large = times.offered(LANE, bundles("large", { count: 10_000, client: "a" }), undefined);
  const next = large[0]?.startTime;
  const small = times.offered(LANE, bundles("small", { count: 10, client: "b" }), next);
  expect(countOf(order([...large, ...small], 20), "small")).toBeGreaterThanOrEqual(9);
});

test("a job that comes later begins at the time of the bundle that is next, and gets no turns of the past", () => {
  const times = new StartTimes();
  const large = times.offered(LANE, bundles("large", { count: 100, client: "a" }), undefined).slice(50);
  const late = times.offered(LANE, bundles("late", { count: 50, client: "b" }), large[0]?.startTime);
  expect(countOf(order([...large, ...late], 40), "late")).toBe(20);
});

test("clients have their weights, also when one has many jobs", () => {
  const times = new StartTimes(new Map([["heavy", 3]]));
  const first = times.offered(LANE, bundles("h", { count: 200, client: "heavy" }), undefined);
  const light = ["l0", "l1", "l2", "l3"].flatMap((job) => Array.from({ length: 50 }, () => job));
  const made = ["l0", "l1", "l2", "l3"].map((job) => bundles(job, { count: 50, client: "light" }));
  const offered = light.flatMap((_, turn) => {
    const one = made[turn % 4]?.[Math.floor(turn / 4)];
    return one === undefined ? [] : times.offered(LANE, [one], 1);
  });
  const jobs = order([...first, ...offered], 100);
  expect(countOf(jobs, "h")).toBeGreaterThanOrEqual(70);
  expect(countOf(jobs, "h")).toBeLessThanOrEqual(80);
});

test("jobs of one client have their priorities", () => {
  const times = new StartTimes();
  const made = [bundles("one", { count: 100 }), bundles("nine", { count: 100, priority: 9 })];
  const offered = Array.from({ length: 200 }, (_, turn) => made[turn % 2]?.[Math.floor(turn / 2)]).flatMap(
    (one) => (one === undefined ? [] : times.offered(LANE, [one], 1)),
  );
  const jobs = order(offered, 50);
  expect(countOf(jobs, "nine")).toBeGreaterThanOrEqual(43);
  expect(countOf(jobs, "nine")).toBeLessThanOrEqual(47);
});

test("times end where priorities of the engine end, and begin anew when a lane has run empty", () => {
  const times = new StartTimes();
  const [latest] = times.offered(LANE, bundles("j", { count: 1 }), 2 ** 21 - 1);
  const [beyond] = times.offered(LANE, bundles("j", { count: 1 }), 2 ** 21 - 1);
  expect([latest?.startTime, beyond?.startTime]).toEqual([2 ** 21 - 1, 2 ** 21 - 1]);
  const [anew] = times.offered(LANE, bundles("j", { count: 1 }), undefined);
  expect(anew?.startTime).toBe(1);
});
