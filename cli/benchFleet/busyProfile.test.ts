import fc from "fast-check";
import { expect, test } from "vitest";
import { type BusyTime, meansOf, numberBusy, type SlotProfile } from "./busyProfile.ts";

const slotOf = (busy: readonly BusyTime[], slot = 0): SlotProfile => ({ slave: "slave-1", slot, busy });
const time = (from: number, to: number) => ({ from, to });

test.each([
  ["no slot", [], [[0, 0]]],
  ["a slot that does nothing", [[]], [[0, 0]]],
  [
    "one time",
    [[time(5, 9)]],
    [
      [0, 0],
      [5, 1],
      [9, 0],
    ],
  ],
  [
    "busy from the start",
    [[time(0, 4)]],
    [
      [0, 1],
      [4, 0],
    ],
  ],
  [
    "times that touch",
    [[time(0, 4), time(4, 6)]],
    [
      [0, 1],
      [6, 0],
    ],
  ],
  [
    "two slots, one of which takes over",
    [[time(0, 4)], [time(4, 6)]],
    [
      [0, 1],
      [6, 0],
    ],
  ],
  [
    "two slots together",
    [[time(1, 5)], [time(3, 9)]],
    [
      [0, 0],
      [1, 1],
      [3, 2],
      [5, 1],
      [9, 0],
    ],
  ],
])("the number of busy slots changes where one begins or ends: %s", (_, slots, steps) => {
  expect(numberBusy(slots.map(slotOf)).map(({ at, busy }) => [at, busy])).toEqual(steps);
});

/** Busy times in order, from gaps and lengths. */
const busyTimes = fc
  .array(fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 20 })), { maxLength: 20 })
  .map((pairs) => {
    let end = 0;
    return pairs.map(([gap, length]) => {
      const from = end + gap;
      end = from + length;
      return time(from, end);
    });
  });

test("at each time as many slots are busy as the profile says, and the means add up to the busy time", () => {
  fc.assert(
    fc.property(fc.array(busyTimes, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (lists, parts) => {
      const slots = lists.map(slotOf);
      const steps = numberBusy(slots);
      const end = Math.max(1, ...lists.flat().map(({ to }) => to));
      for (let at = 0; at < end; at += 1) {
        const inside = lists.flat().filter(({ from, to }) => from <= at && at < to).length;
        expect(steps.findLast((step) => step.at <= at)?.busy).toBe(inside);
      }
      const all = lists.flat().reduce((sum, { from, to }) => sum + to - from, 0);
      const means = meansOf(steps, end, parts);
      expect(means).toHaveLength(parts);
      expect((means.reduce((sum, mean) => sum + mean, 0) * end) / parts).toBeCloseTo(all, 6);
      for (const mean of means) expect(mean).toBeLessThanOrEqual(slots.length + 1e-9);
    }),
  );
});

test("a mean is that of its part of the time", () => {
  const steps = numberBusy([slotOf([time(0, 10), time(25, 30)]), slotOf([time(5, 10)], 1)]);
  expect(meansOf(steps, 40, 4)).toEqual([1.5, 0, 0.5, 0]);
  expect(meansOf(steps, 40, 1)).toEqual([0.5]);
});
