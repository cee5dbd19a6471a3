import { expect, test } from "vitest";
import { type SmallPart, SmallParts } from "./smallParts.ts";

const part = (n: number) => ({ body: Buffer.from([n]) }) as SmallPart;

function gathering() {
  const stored: number[] = [];
  const parts = new SmallParts(({ body }) => void stored.push(body[0] ?? -1));
  return { stored, parts };
}

test("parts wait for others while many are to come, and go out together in their order", async () => {
  const { stored, parts } = gathering();
  parts.add(part(1), 100);
  parts.add(part(2), 99);
  expect(stored).toEqual([]);
  await expect.poll(() => stored).toEqual([1, 2]);
});

test("enough of them wait no longer", () => {
  const { stored, parts } = gathering();
  for (let n = 0; n < 32; n += 1) parts.add(part(n), 100);
  expect(stored).toHaveLength(32);
});

test("with few to come nobody waits, and those that waited go along", () => {
  const { stored, parts } = gathering();
  parts.add(part(1), 8);
  parts.add(part(2), 7);
  expect(stored).toEqual([1, 2]);
  parts.add(part(3), 0);
  expect(stored).toEqual([1, 2, 3]);
});

test("what is told to wait no longer goes out once", async () => {
  const { stored, parts } = gathering();
  parts.add(part(1), 100);
  parts.store();
  parts.store();
  expect(stored).toEqual([1]);
});
