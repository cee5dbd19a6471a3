import { describe, expect, test } from "vitest";
import { WHY_CODES } from "../../shared/contract/outlook.ts";
import { etaOf } from "./outlook.ts";
import { RecentRate } from "./recentRate.ts";
import { type JobSituation, whyOf } from "./why.ts";

const FINE: JobSituation = {
  ...{ task: "ocr", left: 4, running: 4, ended: 6, etaSeconds: 20, others: 0 },
  ...{ alive: 2, able: 2, ready: 2, slots: 8, busy: 4 },
  ...{ longest: { filename: "a.pdf", slave: "north", seconds: 2 }, usualSeconds: 2 },
  ...{ isDiskFull: false, masterLoad: 0.2, commitSeconds: 0.003 },
};
const late = { filename: "big.pdf", slave: "north", seconds: 252 };

const CASES: readonly [string, Partial<JobSituation>, RegExp][] = [
  ["full_speed", {}, /as fast as it can/],
  ["full_speed", { longest: { ...late, seconds: 3 } }, /as fast/],
  ["disk_full", { isDiskFull: true, alive: 0 }, /disk is full/],
  ["finishing", { left: 0, running: 0 }, /being completed/],
  ["no_slaves", { alive: 0, able: 0, ready: 0, slots: 0, busy: 0 }, /No slave is alive/],
  ["no_able_slave", { able: 0, ready: 0, slots: 0, busy: 0 }, /the task ocr: 2 slaves are alive/],
  [
    "no_able_slave",
    { able: 0, ready: 0, slots: 0, busy: 0, allowance: "ALLOW_FUNCTIONS=sandbox" },
    /start one with ALLOW_FUNCTIONS=sandbox\. 2 slaves are alive without it/,
  ],
  ["slaves_rest", { ready: 0 }, /The 2 slaves that can do it get no new work/],
  ["waits_for_slots", { running: 0, busy: 8, others: 3 }, /3 other jobs have all 8 now/],
  ["waits_for_slots", { running: 0, busy: 8, others: 1 }, /1 other job has all 8/],
  ["late_file", { left: 1, running: 1, longest: late }, /last 1 file: big.pdf has run for 4 min on north\.$/],
  [
    "late_file",
    { left: 2, running: 2, longest: { ...late, copyAt: "south" } },
    /; south works on a second copy/,
  ],
  ["master_busy", { left: 90, masterLoad: 0.97 }, /busy for 97 %/],
  ["disk_slow", { commitSeconds: 0.8 }, /disk is slow: each change of the record takes 800 ms/],
  ["disk_slow", { left: 98, running: 8, busy: 8, commitSeconds: 0.3 }, /300 ms/],
  ["master_busy", { left: 90, masterLoad: 0.97, commitSeconds: 0.8 }, /busy for 97 %/],
  [
    "slots_busy",
    { left: 98, running: 8, busy: 8, etaSeconds: 900 },
    /^All 8 slots are busy, and 90 files wait\. Another slave with 4 slots would shorten the rest from about 15 min to about 10 min\.$/,
  ],
  ["slots_busy", { left: 98, running: 8, busy: 8, etaSeconds: undefined }, /90 files wait\.$/],
  [
    "slots_busy",
    { left: 98, running: 1, busy: 1, slots: 1, ready: 1 },
    /^All 1 slot is busy, and 97 files wait\. Another slave with 1 slot would shorten the rest from about 20 s to about 10 s/,
  ],
  ["starting", { running: 0, ended: 0, busy: 0 }, /starts/],
];

describe("why a job is not faster", () => {
  test.each(CASES)("%s: %o", (code, more, text) => {
    const why = whyOf({ ...FINE, ...more });
    expect(why).toEqual({ code, text: expect.stringMatching(text) });
  });

  test("each code has a case", () => {
    expect([...new Set(CASES.map(([code]) => code))].toSorted()).toEqual([...WHY_CODES].toSorted());
  });
});

test("a rate is that of the last 30 seconds, or since the beginning", () => {
  const rate = new RecentRate(1_000_000);
  for (let n = 0; n < 100; n += 1) rate.add(1_000_000 + n * 100);
  expect(rate.perSecond(1_010_000)).toBeCloseTo(10, 1);
  expect(rate.perSecond(1_020_000)).toBeCloseTo(5, 1);
  expect(rate.perSecond(1_036_000)).toBeCloseTo(3 * (10 / 30), 1);
  expect(rate.perSecond(1_041_000)).toBe(0);
  rate.add(1_500_000);
  expect(rate.perSecond(1_500_000)).toBeCloseTo(1 / 30, 3);
});

test.each([
  ["nothing has ended", { left: 5, running: 2, ended: 0, rate: 0, ranSeconds: 60 }, undefined],
  ["nothing runs", { left: 5, running: 0, ended: 3, rate: 0, ranSeconds: 60 }, undefined],
  ["files end all the time", { left: 50, running: 2, ended: 10, rate: 2, ranSeconds: 60 }, 25],
  ["files take longer than the window", { left: 5, running: 2, ended: 10, rate: 0, ranSeconds: 600 }, 300],
])("the time that is left when %s", (_, work, seconds) => {
  expect(etaOf(work)).toBe(seconds);
});
