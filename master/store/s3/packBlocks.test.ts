import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { PackBlocks } from "./packBlocks.ts";

/** A bucket with one pack, which counts what it is asked for. */
function bucketOf(pack: Buffer) {
  const asked: string[] = [];
  const answers = { fail: false };
  const blocks = new PackBlocks({
    async open(name, range) {
      asked.push(`${name} ${range?.start}-${range?.end}`);
      if (answers.fail) throw new Error("away");
      if (name !== "p" || range === undefined || range.start >= pack.length) return undefined;
      const bytes = pack.subarray(range.start, range.end + 1);
      return { body: Readable.from([bytes], { objectMode: false }), bytes: bytes.length, total: pack.length };
    },
  });
  return { asked, answers, blocks };
}

const PACK = Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * 31) % 251));
const part = (start: number, end: number) => Buffer.from(PACK.subarray(start, end + 1));

test("entries that lie together take one request, also when they are read at the same time", async () => {
  const { asked, blocks } = bucketOf(PACK);
  const ranges = [
    [0, 9],
    [10, 99],
    [60_000, 65_535],
    [500, 500],
  ] as const;
  const read = await Promise.all(ranges.map(([start, end]) => blocks.read("p", { start, end })));
  expect(read).toEqual(ranges.map(([start, end]) => part(start, end)));
  expect(asked).toEqual(["p 0-65535"]);
});

test("an entry over the end of a block, at the end of the pack, and a long one are whole", async () => {
  const { asked, blocks } = bucketOf(PACK);
  for (const [start, end] of [
    [65_000, 66_000],
    [199_000, 199_999],
    [10_000, 60_000],
  ] as const)
    expect(await blocks.read("p", { start, end })).toEqual(part(start, end));
  expect(asked).toEqual(["p 0-131071", "p 196608-262143", "p 10000-60000"]);
});

test("what is not there and what failed is asked for again", async () => {
  const { asked, answers, blocks } = bucketOf(PACK);
  const first = { start: 0, end: 9 };
  expect(await blocks.read("q", first)).toBeUndefined();
  expect(await blocks.read("q", first)).toBeUndefined();
  expect(await blocks.read("p", { start: 300_000, end: 300_009 })).toBeUndefined();
  answers.fail = true;
  await expect(blocks.read("p", first)).rejects.toThrow("away");
  answers.fail = false;
  expect(await blocks.read("p", first)).toEqual(part(0, 9));
  blocks.forget("p", first);
  expect(await blocks.read("p", first)).toEqual(part(0, 9));
  expect(asked).toHaveLength(6);
});

test("the blocks that were read first make room for others", async () => {
  const many = Buffer.alloc(70 * 65_536);
  const { asked, blocks } = bucketOf(many);
  for (let n = 0; n < 70; n += 1) await blocks.read("p", { start: n * 65_536, end: n * 65_536 });
  await blocks.read("p", { start: 69 * 65_536, end: 69 * 65_536 + 9 });
  expect(asked).toHaveLength(70);
  await blocks.read("p", { start: 0, end: 0 });
  expect(asked).toHaveLength(71);
});
