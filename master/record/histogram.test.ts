import { expect, test } from "vitest";
import { addHistogram, percentile, withTime } from "./histogram.ts";

test("percentiles are those of the times, with steps of a fifth", () => {
  const times = Array.from({ length: 1_000 }, (_, n) => (n + 1) / 100);
  const histogram = times.reduce<readonly number[]>(withTime, []);
  expect(Math.abs((percentile(histogram, 0.5) ?? 0) / 5 - 1)).toBeLessThan(0.1);
  expect(Math.abs((percentile(histogram, 0.95) ?? 0) / 9.5 - 1)).toBeLessThan(0.1);
});

test("nothing has no percentile, and what is no time counts as none", () => {
  expect(percentile([], 0.5)).toBeUndefined();
  expect(percentile([0, 0], 0.5)).toBeUndefined();
  for (const odd of [0, -1, Number.NaN, 0.0001]) expect(percentile(withTime([], odd), 0.95)).toBe(0);
  expect(withTime([], Number.POSITIVE_INFINITY)).toHaveLength(128);
});

test("histograms of any lengths add up", () => {
  const counts = [1];
  addHistogram(counts, [1, 2, 3]);
  addHistogram(counts, [1]);
  expect(counts).toEqual([3, 2, 3]);
});
