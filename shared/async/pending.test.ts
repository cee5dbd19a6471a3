import { expect, test } from "vitest";
import { Pending } from "./pending.ts";

function open() {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test("there is room until as much is started as may be, and again when some of it is done", async () => {
  const pending = new Pending(2);
  const [first, second] = [open(), open()];
  pending.start(first.promise);
  expect(pending.room()).toBeUndefined();
  pending.start(second.promise);
  const room = [pending.room(), pending.room()];
  first.resolve();
  await Promise.all(room);
  second.resolve();
  await pending.all();
});

test("what was done at once takes no room", () => {
  const pending = new Pending(1);
  pending.start(undefined);
  expect(pending.room()).toBeUndefined();
});

test("the first error is told to all who wait, and `all` waits for the rest first", async () => {
  const pending = new Pending(2);
  const [first, second] = [open(), open()];
  pending.start(first.promise);
  pending.start(second.promise);
  const room = pending.room();
  let over = false;
  const all = pending.all().finally(() => {
    over = true;
  });
  first.reject(new Error("first"));
  await expect(room).rejects.toThrow("first");
  await expect(pending.room()).rejects.toThrow("first");
  expect(over).toBe(false);
  second.reject(new Error("second"));
  await expect(all).rejects.toThrow("first");
});

test("a caller that waits for room leaves when its signal is aborted; the work goes on", async () => {
  const pending = new Pending(1);
  const work = open();
  pending.start(work.promise);
  const controller = new AbortController();
  const room = pending.room(controller.signal);
  controller.abort(new Error("no longer wanted"));
  await expect(room).rejects.toThrow("no longer wanted");
  work.resolve();
  await pending.all();
});
