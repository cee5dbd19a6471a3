import { expect, test } from "vitest";
import { type SmallPart, SmallParts } from "./smallParts.ts";

const part = (n: number) => ({ body: Buffer.from([n]) }) as SmallPart;

function gathering(units: number) {
  const stored: number[] = [];
  const parts = new SmallParts(units, ({ body }) => void stored.push(body[0] ?? -1));
  return { stored, parts };
}

test("parts of a lease of many units wait for each other, and are stored together in their order", async () => {
  const { stored, parts } = gathering(8);
  parts.add(part(1));
  parts.add(part(2));
  expect(stored).toEqual([]);
  await expect.poll(() => stored).toEqual([1, 2]);
});

test("32 parts are stored without waiting any longer", () => {
  const { stored, parts } = gathering(100);
  for (let n = 0; n < 32; n += 1) parts.add(part(n));
  expect(stored).toHaveLength(32);
});

test("in a lease of few units no part waits", () => {
  const { stored, parts } = gathering(7);
  parts.add(part(1));
  expect(stored).toEqual([1]);
});

test("a part that is stored early is stored once", async () => {
  const { stored, parts } = gathering(100);
  parts.add(part(1));
  parts.store();
  parts.store();
  expect(stored).toEqual([1]);
});

test("parts that are discarded are not stored later", async () => {
  const { stored, parts } = gathering(100);
  parts.add(part(1));
  expect(parts.discard()).toHaveLength(1);
  parts.add(part(2));
  await expect.poll(() => stored).toEqual([2]);
});
