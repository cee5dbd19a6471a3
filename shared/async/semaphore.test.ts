import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Semaphore } from "./semaphore.ts";

test("no more work runs at a time than there are permits, in the order of the calls", async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (number: number) => async () => {
    begun.push(number);
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    return number;
  };
  const all = await Promise.all([0, 1, 2, 3, 4].map((number) => semaphore.use(work(number))));
  expect(all).toEqual([0, 1, 2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});

test("work that fails gives its permit back", async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.use(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await semaphore.use(async () => "next")).toBe("next");
});

test("a permit that was acquired is free again after its release, once", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  let isSecond = false;
  const second = semaphore.acquire().then((next) => {
    isSecond = true;
    return next;
  });
  await turn();
  expect(isSecond).toBe(false);
  release();
  release();
  const releaseSecond = await second;
  const third = semaphore.acquire(AbortSignal.abort(new Error("taken")));
  await expect(third).rejects.toThrow("taken");
  releaseSecond();
});

test("a caller whose signal is aborted stops waiting, and its permit goes to the next", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const controller = new AbortController();
  const left = semaphore.use(async () => "done", controller.signal);
  const next = semaphore.use(async () => "next");
  controller.abort(new Error("no longer wanted"));
  await expect(left).rejects.toThrow("no longer wanted");
  release();
  expect(await next).toBe("next");
});
