import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AppError } from "../../shared/errors.ts";
import { type UnitBudgets, watchUnit } from "./watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const budgets: UnitBudgets = { runSeconds: 100, silenceSeconds: 10, memoryBytes: 2 ** 40 };

function watch(change: Partial<UnitBudgets> = {}) {
  const ended: string[] = [];
  const end = (reason: AppError) => ended.push(reason.code);
  return { ended, ...watchUnit(process.pid, { ...budgets, ...change }, { end }) };
}

it("a unit is silent when it told of no progress for its time", () => {
  const { ended, progress } = watch();
  vi.advanceTimersByTime(9_000);
  progress();
  vi.advanceTimersByTime(9_900);
  expect(ended).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(ended).toEqual(["silent"]);
});

it("a unit has timed out when its running time is used up, whatever it told", () => {
  const { ended, progress } = watch();
  for (let second = 0; second < 110; second += 5) {
    progress();
    vi.advanceTimersByTime(5_000);
  }
  expect(ended).toEqual(["timed_out"]);
});

it("a unit is out of memory when its process holds more than its limit", () => {
  const { ended } = watch({ memoryBytes: 1 });
  vi.advanceTimersByTime(50);
  expect(ended).toEqual(["out_of_memory"]);
});

it("a unit that is stopped is not ended any more", () => {
  const { ended, stop } = watch();
  stop();
  vi.advanceTimersByTime(200_000);
  expect(ended).toEqual([]);
});
