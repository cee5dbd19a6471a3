import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { eachAtMost } from "./eachAtMost.ts";

test("each item is done once, and no more at a time than allowed", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await eachAtMost([1, 2, 3, 4, 5].values(), 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test("after a failure nothing more begins, and what has begun is over when the error is thrown", async () => {
  const begun: number[] = [];
  const over: number[] = [];
  const all = eachAtMost([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    await turn();
    if (item === 1) throw new Error("the first failed");
    await turn();
    over.push(item);
  });
  await expect(all).rejects.toThrow("the first failed");
  expect(begun).toEqual([1, 2]);
  expect(over).toEqual([2]);
});
