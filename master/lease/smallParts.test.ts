import { expect, test } from "vitest";
import { type SmallPart, SmallParts } from "./smallParts.ts";

const part = (n: number) => ({ body: Buffer.from([n]) }) as SmallPart;

function gathering(units: number) {
  const stored: number[] = [];
  const parts = new SmallParts(units, ({ body }) => void stored.push(body[0] ?? -1));
  return { stored, parts };
}

test("parts of many units wait for others, and go out together in their order", async () => {
  const { stored, parts } = gathering(8);
  parts.add(part(1));
  parts.add(part(2));
  expect(stored).toEqual([]);
  await expect.poll(() => stored).toEqual([1, 2]);
});

test("enough of them wait no longer", () => {
  const { stored, parts } = gathering(100);
  for (let n = 0; n < 32; n += 1) parts.add(part(n));
  expect(stored).toHaveLength(32);
});

test("of few units none waits", () => {
  const { stored, parts } = gathering(7);
  parts.add(part(1));
  expect(stored).toEqual([1]);
});

test("what is told to wait no longer goes out once", async () => {
  const { stored, parts } = gathering(100);
  parts.add(part(1));
  parts.store();
  parts.store();
  expect(stored).toEqual([1]);
});
