import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DelayedCall } from "./delayedCall.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("all who ask share the call that is due first", () => {
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
  vi.advanceTimersByTime(5);
  expect(calls).toBe(2);
});

test("a call at once is instead of the one that was due, and a cancelled one does not come", () => {
  let calls = 0;
  const delayed = new DelayedCall(() => {
    calls += 1;
  });
  delayed.within(50);
  delayed.now();
  delayed.within(50);
  delayed.cancel();
  vi.advanceTimersByTime(200);
  expect(calls).toBe(1);
});
