import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { afterEach, expect, test, vi } from "vitest";
import { freeBuffersEarly, keepHeapSmall } from "./heap.ts";

/** V8 waits some eight seconds between two of its own collections. */
const SOON = { timeout: 50_000, interval: 50 };
let undo: () => void = () => undefined;
afterEach(() => undo());

test("unused objects are collected soon, though the heap has room", async () => {
  undo = keepHeapSmall();
  const collected = fill();
  await vi.waitFor(() => expect(collected).toContain("lost"), SOON);
  expect(collected).not.toContain("kept");
  expect(held).toHaveLength(500_000);
});

test("they are collected bit by bit, not in one pause", async () => {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    // Entries of this kind have it, which their type does not say.
    for (const { detail } of list.getEntries() as (PerformanceEntry & { detail: NodeGCPerformanceDetail })[])
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections.push(detail.flags);
  });
  observer.observe({ entryTypes: ["gc"] });
  undo = keepHeapSmall();
  const collected = fill();
  await vi.waitFor(() => expect(collected).toContain("lost"), SOON);
  await vi.waitFor(() => expect(collections).not.toEqual([]), SOON);
  observer.disconnect();
  expect(collections.filter((flags) => flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED)).toEqual([]);
});

test("unused buffers are freed though the heap hardly grew", async () => {
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

/** Some 40 MB of objects that are old when they are dropped, and as many that are held; names of what was collected. */
function fill(): string[] {
  const collected: string[] = [];
  registry = new FinalizationRegistry((name) => collected.push(name));
  const objects = (name: string) => {
    const all = Array.from({ length: 500_000 }, (_, index) => ({ text: `object ${index}`, index }));
    registry.register(all, name);
    return all;
  };
  held = objects("kept");
  objects("lost");
  return collected;
}

let registry: FinalizationRegistry<string>;
let held: object[] = [];
