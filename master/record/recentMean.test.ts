import { expect, test } from "vitest";
import { RecentMean } from "./recentMean.ts";

test("the mean is that of the last ten seconds", () => {
  const mean = new RecentMean();
  expect(mean.of(0)).toBe(0);
  mean.add(1, 100.2);
  mean.add(3, 100.9);
  mean.add(8, 105);
  expect(mean.of(105)).toBe(4);
  expect(mean.of(109.9)).toBe(4);
  expect(mean.of(110)).toBe(8);
  expect(mean.of(115)).toBe(0);
  mean.add(2, 1_000);
  expect(mean.of(1_000)).toBe(2);
});
