import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeReads } from "./mergeReads.ts";

const FILE = Buffer.from(Array.from({ length: 300_000 }, (_, place) => place % 251));

describe("reads of one instant", () => {
  test("that lie beside each other are one read", async () => {
    const { read, asked } = overFile();
    const pieces = await Promise.all([read(100, 50), read(0, 100), read(200, 10)]);
    expect(pieces).toEqual([FILE.subarray(100, 150), FILE.subarray(0, 100), FILE.subarray(200, 210)]);
    expect(asked).toEqual([[0, 210]]);
  });

  test("that lie far from each other stay two", async () => {
    const { read, asked } = overFile();
    await Promise.all([read(0, 10), read(100_000, 10)]);
    expect(asked).toEqual([
      [0, 10],
      [100_000, 10],
    ]);
  });

  test("get what each would have got alone, at the end of the file too", async () => {
    const piece = fc.tuple(fc.nat(FILE.length + 100), fc.nat(70_000));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (wanted) => {
        const { read } = overFile();
        const got = await Promise.all(wanted.map(([offset, length]) => read(offset, length)));
        wanted.forEach(([offset, length], place) => {
          expect(got[place]?.equals(FILE.subarray(offset, offset + length))).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });

  test("fail together, and the next ones are read again", async () => {
    let failing = true;
    const read = mergeReads(async (offset, length) => {
      if (failing) throw new Error("no disk");
      return FILE.subarray(offset, offset + length);
    });
    const both = await Promise.allSettled([read(0, 5), read(5, 5)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    failing = false;
    expect(await read(5, 5)).toEqual(FILE.subarray(5, 10));
  });
});

function overFile() {
  const asked: [number, number][] = [];
  const read = mergeReads(async (offset, length) => {
    asked.push([offset, length]);
    return FILE.subarray(offset, offset + length);
  });
  return { read, asked };
}
