import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Batcher } from "./batcher.ts";

test("items of one instant are one batch; items that come during a batch are the next", async () => {
  const batches: number[][] = [];
  const batcher = new Batcher<number>({
    run: async (batch) => {
      batches.push(batch);
      await turn();
      if (batches.length === 1) for (const item of [4, 5]) batcher.add(item);
    },
  });
  for (const item of [1, 2, 3]) batcher.add(item);
  await batcher.idle();
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  batcher.add(6);
  await batcher.idle();
  expect(batches.at(-1)).toEqual([6]);
});

test("batches are as `take` makes them, and a pause lets more items come before each", async () => {
  const batches: number[][] = [];
  const batcher = new Batcher<number>({
    run: (batch) => void batches.push(batch),
    take: (waiting) => waiting.splice(0, 2),
    pause: turn,
  });
  batcher.add(1);
  await Promise.resolve();
  batcher.add(2);
  batcher.add(3);
  await batcher.idle();
  expect(batches).toEqual([[1, 2], [3]]);
});
