import fc from "fast-check";
import { expect, test } from "vitest";
import { highest } from "./highest.ts";

test("the highest items are the first ones of all in their order", () => {
  const items = fc
    .array(fc.integer({ min: 0, max: 9 }))
    .map((scores) => scores.map((score, at) => ({ score, at })));
  fc.assert(
    fc.property(items, fc.integer({ min: 0, max: 20 }), (all, limit) => {
      const sorted = [...all].sort((a, b) => b.score - a.score);
      expect(highest(all, limit, ({ score }) => score)).toEqual(sorted.slice(0, limit));
    }),
  );
});
