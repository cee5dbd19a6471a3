import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AppError } from "../../shared/errors.ts";
import { type UnitBudgets, watchUnit } from "./watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const budgets: UnitBudgets = { runSeconds: 100, silenceSeconds: 10, memoryBytes: 2 ** 40 };

function watch(change: Partial<UnitBudgets> = {}) {
  const ended: string[] = [];
  const onOverrun = (reason: AppError) => ended.push(reason.code);
  const onLong = vi.fn();
  return { ended, onLong, ...watchUnit(process.pid, { ...budgets, ...change }, { onOverrun, onLong }) };
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

it("a unit has timed out when its running time is used up, though it told of progress", () => {
  const { ended, progress } = watch();
  for (let second = 0; second < 110; second += 5) {
    progress();
    vi.advanceTimersByTime(5_000);
  }
  expect(ended).toEqual(["timed_out"]);
});

it("a unit that runs for 50 ms is long, and is reported once", () => {
  const { onLong } = watch();
  vi.advanceTimersByTime(49);
  expect(onLong).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(onLong).toHaveBeenCalledTimes(1);
});

it("a unit whose running time is used up from the start ends as soon as it is long", () => {
  const { ended } = watch({ runSeconds: 0 });
  vi.advanceTimersByTime(60);
  expect(ended).toEqual(["timed_out"]);
});

it("a budget that is longer than any timer ends nothing", () => {
  const { ended } = watch({ runSeconds: 1e9, silenceSeconds: 1e9 });
  vi.advanceTimersByTime(200_000);
  expect(ended).toEqual([]);
});

it("a unit is out of memory when its process holds more than its limit", () => {
  const { ended } = watch({ memoryBytes: 1 });
  vi.advanceTimersByTime(50);
  expect(ended).toEqual(["out_of_memory"]);
});

it("a unit that is stopped is not ended any more", () => {
  const { ended, stop } = watch();
  vi.advanceTimersByTime(1_000);
  stop();
  vi.advanceTimersByTime(200_000);
  expect(ended).toEqual([]);
});
