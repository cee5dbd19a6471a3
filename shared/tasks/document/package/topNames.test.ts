import { expect, test } from "vitest";
import { compoundOf } from "../testing/msg.ts";
import { topNames } from "./topNames.ts";

const namesOf = (bytes: Buffer) =>
  topNames(bytes.subarray(0, 1024), async (start, end) => bytes.subarray(start, end + 1));

test("the names at the top are read by a few ranges, those inside of storages are not among them", async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`S${at}`, Buffer.alloc(9_000)]));
  const bytes = compoundOf({
    ...many,
    ObjectPool: { WordDocument: Buffer.alloc(9) },
    Workbook: Buffer.alloc(9),
  });
  const names = await namesOf(bytes);
  expect(names).toHaveLength(32);
  expect(names).toContain("Workbook");
  expect(names).not.toContain("WordDocument");
});

test("a damaged directory has no names, or some, and ends", async () => {
  const bytes = compoundOf({ WordDocument: Buffer.alloc(9) });
  expect(await namesOf(bytes.subarray(0, 100))).toEqual([]);
  const damaged = Buffer.from(bytes);
  damaged.writeUInt32LE(0x00ffffff, 48);
  expect(await namesOf(damaged)).toEqual([]);
  const circle = Buffer.from(bytes);
  const table = 512 * (1 + bytes.readUInt32LE(76));
  for (let at = 0; at < 128; at += 1) circle.writeUInt32LE(bytes.readUInt32LE(48), table + at * 4);
  expect(await namesOf(circle)).toEqual(["WordDocument"]);
});
