import { describe, expect, test } from "vitest";
import { Pace, PaceBook, type StragglerRule } from "./pace.ts";

const rule: StragglerRule = { rule: "median", factor: 1.5, doneShare: 0.75, seconds: 30, smallMap: 10 };

describe("a unit is late", () => {
  test("when three quarters are done and it took 1.5 times the median for its size", () => {
    const pace = paceOf({ total: 20, done: 16, seconds: 2 });
    expect(pace.isLate(1000, 2.9, rule)).toBe(false);
    expect(pace.isLate(1000, 3.1, rule)).toBe(true);
  });

  test("never before three quarters are done", () => {
    expect(paceOf({ total: 20, done: 14, seconds: 2 }).isLate(1000, 100, rule)).toBe(false);
  });

  test("never while more units may come", () => {
    const pace = paceOf({ total: 20, done: 16, seconds: 2 });
    pace.complete = false;
    expect(pace.isLate(1000, 100, rule)).toBe(false);
  });

  test("never when it is merely large", () => {
    const pace = paceOf({ total: 20, done: 16, seconds: 2 });
    expect(pace.isLate(100_000, 100, rule)).toBe(false);
    expect(pace.isLate(100_000, 400, rule)).toBe(true);
  });

  test("in a small map only after the stated time", () => {
    const pace = paceOf({ total: 4, done: 3, seconds: 1 });
    expect(pace.isLate(1000, 29, rule)).toBe(false);
    expect(pace.isLate(1000, 31, rule)).toBe(true);
  });

  test("by 1.2 times the mean, if that is the rule", () => {
    const pace = paceOf({ total: 20, done: 16, seconds: 2 });
    const byMean: StragglerRule = { ...rule, rule: "mean", factor: 1.2 };
    expect(pace.isLate(1000, 2.3, byMean)).toBe(false);
    expect(pace.isLate(1000, 2.5, byMean)).toBe(true);
  });

  test("never when the rule is off", () => {
    expect(paceOf({ total: 20, done: 19, seconds: 1 }).isLate(1000, 1e6, { ...rule, rule: "off" })).toBe(
      false,
    );
  });
});

test("paces are found by the ids of their units", () => {
  const book = new PaceBook();
  const pace = book.open("job/main");
  expect(book.of("job/main/17")).toBe(pace);
  book.close("job/main");
  expect(book.of("job/main/17")).toBeUndefined();
});

function paceOf({ total, done, seconds }: { total: number; done: number; seconds: number }): Pace {
  const pace = new Pace();
  pace.submitted = total;
  pace.ended = done;
  pace.complete = true;
  for (let n = 0; n < done; n += 1) pace.add(1000, seconds);
  return pace;
}
