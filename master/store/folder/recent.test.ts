import fc from "fast-check";
import { expect, test } from "vitest";
import { Recent } from "./recent.ts";

const LIMIT = 100;
const LARGEST = 40;
const puts = fc.array(
  fc.record({ size: fc.constantFrom(0, 1, 7, 20, 33, LARGEST), isForgotten: fc.boolean() }),
  { maxLength: 200 },
);

/** All of them put, some forgotten at once; the bytes of each are its own. */
function filled(list: readonly { readonly size: number; readonly isForgotten: boolean }[]) {
  const recent = new Recent(LIMIT);
  const objects = list.map(({ size, isForgotten }, place) => {
    const key = `k${place}`;
    const object = Buffer.alloc(size, 1 + (place % 250));
    recent.add(key, object);
    if (isForgotten) recent.forget(key);
    return { key, object, isForgotten };
  });
  return { recent, objects };
}

test("what it gives is what was put, and never what was forgotten", () => {
  fc.assert(
    fc.property(puts, (list) => {
      const { recent, objects } = filled(list);
      for (const { key, object, isForgotten } of objects) {
        const found = recent.get(key);
        if (found !== undefined) expect([isForgotten, found]).toEqual([false, object]);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("the last ones that fit are there", () => {
  fc.assert(
    fc.property(puts, (list) => {
      const { recent, objects } = filled(list);
      // At the end of the buffer up to this many bytes stay unused.
      let newer = LARGEST;
      for (const { key, object, isForgotten } of objects.toReversed()) {
        newer += object.length;
        if (newer > LIMIT) return;
        if (!isForgotten && object.length > 0) expect(recent.get(key)).toEqual(object);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("an object larger than the buffer is not kept, and no other is forgotten for it", () => {
  const recent = new Recent(LIMIT);
  recent.add("small", Buffer.from("small"));
  recent.add("large", Buffer.alloc(LIMIT + 1));
  expect(recent.get("large")).toBeUndefined();
  expect(recent.get("small")?.toString()).toBe("small");
});

test("a copy that was given stays as it was", () => {
  const recent = new Recent(LIMIT);
  recent.add("first", Buffer.alloc(60, 1));
  const given = recent.get("first");
  recent.add("second", Buffer.alloc(60, 2));
  expect(given).toEqual(Buffer.alloc(60, 1));
  expect(recent.get("first")).toBeUndefined();
});
