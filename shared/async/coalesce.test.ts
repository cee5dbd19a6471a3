import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

test("calls of one instant share one run, calls during a run share the next", async () => {
  let runs = 0;
  const shared = coalesce(async () => {
    runs += 1;
    await turn();
  });
  const first = Promise.all([shared(), shared(), shared()]);
  await Promise.resolve();
  await Promise.resolve();
  expect(runs).toBe(1);
  const second = Promise.all([shared(), shared()]);
  await first;
  await second;
  expect(runs).toBe(2);
});

test("a run that fails is told to those who shared it, and the next begins anew", async () => {
  let runs = 0;
  const shared = coalesce(async () => {
    runs += 1;
    if (runs === 1) throw new Error("once");
  });
  const [one, two] = [shared(), shared()];
  await expect(one).rejects.toThrow("once");
  await expect(two).rejects.toThrow("once");
  await shared();
  expect(runs).toBe(2);
});

test("calls during the pause before a run share it", async () => {
  let runs = 0;
  const shared = coalesce(
    async () => {
      runs += 1;
    },
    { pause: turn },
  );
  const first = shared();
  await Promise.resolve();
  const second = shared();
  await Promise.all([first, second]);
  expect(runs).toBe(1);
});
