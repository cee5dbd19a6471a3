import { expect, test } from "vitest";
import { MemoryQueue } from "../queue/memory.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { LastSign, WaitingWatch } from "./waiting.ts";

const HOUR = 3_600;

test("a unit that is put in after a restart has waited since the last sign of its job", async () => {
  const queue = new MemoryQueue();
  await queue.put([unit("old")]);
  const over = await new Promise<string>((resolve) => {
    const watch = watching(queue, new LastSign(Date.now() - 2 * HOUR * 1000), (of, code) => {
      watch.stop();
      resolve(`${of}: ${code}`);
    });
    watch.waits(unit("old"));
  });
  expect(over).toBe("old: waited_too_long");
  expect(queue.size().waiting).toBe(0);
});

test("a later sign counts: that the job got on, by its record or just now", () => {
  const sign = new LastSign(Date.now() - 2 * HOUR * 1000);
  sign.saw(Date.now() - 1.5 * HOUR * 1000);
  expect(sign.millisecondsAgo()).toBeLessThan(1.6 * HOUR * 1000);
  sign.saw(1);
  sign.saw(Date.now());
  expect(sign.millisecondsAgo()).toBeLessThan(HOUR * 1000);
});

test("a unit at a slave is not given up, however long it waited before", async () => {
  const queue = new MemoryQueue();
  const given: string[] = [];
  const watch = watching(queue, new LastSign(1), (of) => given.push(of));
  watch.waits(unit("sent"));
  watch.waits(unit("waits"));
  await queue.put([unit("waits")]);
  await expect.poll(() => given.length).toBe(1);
  watch.stop();
  expect(given).toEqual(["waits"]);
});

function watching(
  queue: MemoryQueue,
  lastSign: LastSign,
  onOver: (unit: string, code: string) => void,
): WaitingWatch {
  return new WaitingWatch({
    seconds: HOUR,
    lastSign,
    queue,
    onOver: ({ id }, { code }) => onOver(id, code),
  });
}

function unit(id: string): QueuedUnit {
  const about = { task: "text", step: "analyse", stepVersion: 1, options: {}, args: {}, files: [] };
  return { ...about, id, job: "job", bytes: 1, crashes: 0, losses: 0, priority: 1 };
}
