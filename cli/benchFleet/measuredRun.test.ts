import { expect, test } from "vitest";
import { type MeasuredRun, numbersOf, profileCsv, throughputCsv } from "./measuredRun.ts";

const RUN: MeasuredRun = {
  ...{ callers: 2, slaves: 1, from: 1_000, to: 3_000, failed: 1, failure: "Error: no (thrown)" },
  times: [40, 10, 30, 20],
  profile: [
    {
      slave: "a,b",
      slot: 0,
      busy: [
        { from: 0, to: 500 },
        { from: 1_500, to: 2_000 },
      ],
    },
    { slave: "a,b", slot: 1, busy: [] },
  ],
};

test("the numbers of a run", () => {
  expect(numbersOf(RUN)).toEqual({
    ...{ callers: 2, slaves: 1, slots: 2, calls: 4, failed: 1, seconds: 2, calls_per_second: 2 },
    ...{ p50_ms: 20, p95_ms: 40, busy: 0.25 },
  });
  expect(throughputCsv([RUN])).toBe(
    "callers,slaves,slots,calls,failed,seconds,calls_per_second,p50_ms,p95_ms,busy\r\n2,1,2,4,1,2,2,20,40,0.25\r\n",
  );
});

test("the profile has the states of each slot without gaps, also of one that did nothing", () => {
  expect([...profileCsv([RUN])].join("").split("\r\n")).toEqual([
    "callers,slaves,slave,slot,from_seconds,to_seconds,state",
    '2,1,"a,b",0,0,0.5,busy',
    '2,1,"a,b",0,0.5,1.5,idle',
    '2,1,"a,b",0,1.5,2,busy',
    '2,1,"a,b",1,0,2,idle',
    "",
  ]);
});
