import fc from "fast-check";
import { expect, test } from "vitest";
import { isSingle, isSingleOf, keyOf, nameInRun, type ObjectPlace, placeOf } from "./key.ts";

const group = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);
const name = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{1,40}$/), fc.nat())
  .map(([run, count]) => nameInRun(run, count));
const bytes = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const place: fc.Arbitrary<ObjectPlace> = fc.oneof(
  fc.record({ kind: fc.constant("single" as const), group, name, bytes }),
  fc.record({ kind: fc.constant("packed" as const), group, pack: name, offset: bytes, bytes }),
);

test("a key is taken apart into the place that it was made of", () => {
  fc.assert(
    fc.property(place, (made) => {
      expect(placeOf(keyOf(made))).toEqual(made);
      expect(isSingle(keyOf(made))).toBe(made.kind === "single");
      expect(isSingleOf(made.group, keyOf(made))).toBe(made.kind === "single");
      expect(isSingleOf(`${made.group}x`, keyOf(made))).toBe(false);
    }),
  );
});

test.each(["", "a", "a.f1-1", "a.f1-1.5/../x", "a.f../1-1.5", "a.p1-1.0.5.6", "a b.f1-1.5", "a.f1-1.5\n"])(
  "%j is no key",
  (text) => {
    expect(placeOf(text)).toBeUndefined();
    expect(isSingle(text)).toBe(false);
  },
);
