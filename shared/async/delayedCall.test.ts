import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DelayedCall } from "./delayedCall.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("all who ask share the call of the first, until it is settled", () => {
  let calls = 0;
  const delayed = new DelayedCall(() => {
    calls += 1;
  });
  delayed.within(50);
  delayed.within(5);
  vi.advanceTimersByTime(49);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(1);
  delayed.within(5);
  vi.advanceTimersByTime(100);
  expect(calls).toBe(1);
  delayed.settle();
  delayed.within(5);
  vi.advanceTimersByTime(5);
  expect(calls).toBe(2);
});

test("a call that is settled before it is due does not come", () => {
  let calls = 0;
  const delayed = new DelayedCall(() => {
    calls += 1;
  });
  delayed.within(50);
  delayed.settle();
  vi.advanceTimersByTime(200);
  expect(calls).toBe(0);
});
