import fc from "fast-check";
import { expect, test } from "vitest";
import { round } from "./round.ts";

test("a number is rounded to the nearest decimal of its exact value", () => {
  const values = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 4 }), (value, digits) => {
      fc.pre(Math.abs((value * 10 ** digits) % 1) !== 0.5);
      expect(round(value, digits)).toBe(Number(value.toFixed(digits)) + 0);
    }),
  );
});

test.each([
  [0.5, 0, 0],
  [1.5, 0, 2],
  [0.125, 2, 0.12],
  [0.375, 2, 0.38],
  [1.005, 2, 1],
  [0.00015, 4, 0.0001],
  [-0.00001, 4, 0],
])("%d with %d decimals is %d", (value, digits, rounded) => {
  expect(round(value, digits)).toBe(rounded);
});
