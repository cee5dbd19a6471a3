import { afterEach, expect, test, vi } from "vitest";
import { keepHeapSmall } from "./heap.ts";

let undo: () => void = () => undefined;
afterEach(() => undo());

test("what nobody holds is collected soon, though the heap has room", async () => {
  undo = keepHeapSmall();
  const { lost, kept } = fill();
  await vi.waitFor(() => expect(lost.deref() === undefined).toBe(true), { timeout: 20_000, interval: 50 });
  expect(kept.deref() === undefined).toBe(false);
});

/** Some 40 MB of objects that are old when they are dropped, and as many that are held. */
function fill() {
  const objects = () => Array.from({ length: 500_000 }, (_, index) => ({ text: `object ${index}`, index }));
  held = objects();
  return { lost: new WeakRef(objects()), kept: new WeakRef(held) };
}

let held: object[] = [];
