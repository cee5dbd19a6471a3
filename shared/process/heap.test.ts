import { getHeapStatistics } from "node:v8";
import { afterEach, expect, test, vi } from "vitest";
import { freeBuffersEarly, keepHeapSmall } from "./heap.ts";

let undo: () => void = () => undefined;
afterEach(() => undo());

test("what nobody holds is collected soon, though the heap has room", async () => {
  undo = keepHeapSmall();
  const { lost, kept } = fill();
  await vi.waitFor(() => expect(lost.deref() === undefined).toBe(true), { timeout: 20_000, interval: 50 });
  expect(kept.deref() === undefined).toBe(false);
});

test("buffers that nobody holds are freed though the heap hardly grew", async () => {
  undo = freeBuffersEarly();
  const before = getHeapStatistics().external_memory;
  dropBuffers();
  expect(getHeapStatistics().external_memory - before).toBeGreaterThan(BUFFERS / 2);
  await vi.waitFor(() => expect(getHeapStatistics().external_memory - before).toBeLessThan(BUFFERS / 2), {
    timeout: 20_000,
    interval: 50,
  });
});

const BUFFERS = 2 ** 24;

function dropBuffers(): void {
  for (let bytes = 0; bytes < BUFFERS; bytes += 65_536) Buffer.allocUnsafeSlow(65_536);
}

/** Some 40 MB of objects that are old when they are dropped, and as many that are held. */
function fill() {
  const objects = () => Array.from({ length: 500_000 }, (_, index) => ({ text: `object ${index}`, index }));
  held = objects();
  return { lost: new WeakRef(objects()), kept: new WeakRef(held) };
}

let held: object[] = [];
