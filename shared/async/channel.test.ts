import { expect, test } from "vitest";
import { Channel } from "./channel.ts";

test("values come in the order they were sent, also to a consumer that waits", async () => {
  const channel = new Channel<number>();
  const first = channel.receive();
  channel.send(1);
  channel.send(2);
  expect(await first).toBe(1);
  expect(channel.take()).toBe(2);
  expect(channel.take()).toBeUndefined();
});

test("a failure comes after the values that were sent before it", async () => {
  const channel = new Channel<number>();
  channel.send(1);
  channel.fail(new Error("broken"));
  expect(await channel.receive()).toBe(1);
  await expect(channel.receive()).rejects.toThrow("broken");
});

test("a consumer stops waiting when its signal is aborted, and misses no later value", async () => {
  const channel = new Channel<number>();
  const controller = new AbortController();
  const left = channel.receive(controller.signal);
  controller.abort(new Error("stopped"));
  await expect(left).rejects.toThrow("stopped");
  const next = channel.receive();
  channel.send(7);
  expect(await next).toBe(7);
});
