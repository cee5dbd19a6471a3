import { expect, test } from "vitest";
import type { QueuedUnit } from "../queue/port.ts";
import { Suspects } from "./suspects.ts";

const MINUTE = 60_000;

test("without acquittals a unit is set aside at the limit", () => {
  const suspects = new Suspects({ maxCrashes: 2, maxLosses: 3 });
  expect([2, 3].map((losses) => suspects.wasLostTooOften(losses))).toEqual([false, true]);
  suspects.done(unit(0));
  expect(suspects.wasLostTooOften(3)).toBe(true);
});

test("a unit that was lost and then done earns all units more tries, for ten minutes", () => {
  const suspects = new Suspects({ maxCrashes: 2, maxLosses: 3 });
  suspects.done(unit(1), 0);
  expect([4, 5].map((losses) => suspects.wasLostTooOften(losses, 9 * MINUTE))).toEqual([false, true]);
  expect(suspects.wasLostTooOften(3, 10 * MINUTE)).toBe(true);
});

test("the end of the master itself is an acquittal", () => {
  const suspects = new Suspects({ maxCrashes: 2, maxLosses: 3 });
  suspects.masterWasEnded(0);
  expect([4, 5].map((losses) => suspects.wasLostTooOften(losses, 9 * MINUTE))).toEqual([false, true]);
  expect(suspects.wasLostTooOften(3, 10 * MINUTE)).toBe(true);
});

test("at five times the limit a unit is set aside in spite of acquittals", () => {
  const suspects = new Suspects({ maxCrashes: 2, maxLosses: 3 });
  for (let n = 0; n < 1000; n += 1) suspects.done(unit(1));
  expect([14, 15].map((losses) => suspects.wasLostTooOften(losses))).toEqual([false, true]);
});

test("crashes are the file's own doing, whatever happens around it", () => {
  const suspects = new Suspects({ maxCrashes: 2, maxLosses: 3 });
  for (let n = 0; n < 1000; n += 1) suspects.done(unit(1));
  expect([1, 2].map((crashes) => suspects.hasCrashedTooOften(crashes))).toEqual([false, true]);
});

function unit(losses: number): QueuedUnit {
  return {
    id: "job/main/0",
    job: "job",
    task: "text",
    step: "main",
    stepVersion: 1,
    options: {},
    args: {},
    files: [],
    bytes: 0,
    crashes: 0,
    losses,
    priority: 1,
  };
}
