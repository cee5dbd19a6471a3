import fc from "fast-check";
import { expect, test } from "vitest";
import { leaseSize } from "./leaseSize.ts";

const situation = fc.record({
  slots: fc.integer({ min: 1, max: 64 }),
  fleetSlots: fc.integer({ min: 1, max: 512 }),
  assigned: fc.integer({ min: 0, max: 2000 }),
  assignedSeconds: fc.double({ min: 0, max: 1000, noNaN: true }),
  waiting: fc.integer({ min: 1, max: 100_000 }),
  unitSeconds: fc.option(fc.double({ min: 0, max: 600, noNaN: true }), { nil: undefined }),
  unitBytes: fc.integer({ min: 0, max: 1e9 }),
});

test("never more than wait, never more than a request may hold, never less than none", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { units, bytes } = leaseSize(given);
      expect(Number.isInteger(units)).toBe(true);
      expect(units).toBeGreaterThanOrEqual(0);
      expect(units).toBeLessThanOrEqual(Math.min(256, given.waiting));
      expect(bytes).toBeGreaterThanOrEqual(given.unitBytes);
    }),
  );
});

test("a slave with a free slot always gets something", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const free = { ...given, assigned: Math.min(given.assigned, given.slots - 1) };
      expect(leaseSize(free).units).toBeGreaterThanOrEqual(1);
    }),
  );
});

const base = { slots: 2, fleetSlots: 4, assigned: 0, assignedSeconds: 0, waiting: 10_000, unitBytes: 1000 };

test("units of unknown length go out one per slot", () => {
  expect(leaseSize({ ...base, unitSeconds: undefined }).units).toBe(2);
  expect(leaseSize({ ...base, unitSeconds: undefined, assigned: 2 }).units).toBe(0);
});

test("short units travel in hundreds", () => {
  expect(leaseSize({ ...base, unitSeconds: 0.001 }).units).toBe(256);
});

test("long units: one running and one waiting per slot", () => {
  expect(leaseSize({ ...base, unitSeconds: 2 }).units).toBe(4);
  expect(leaseSize({ ...base, unitSeconds: 2, assigned: 4, assignedSeconds: 8 }).units).toBe(0);
});

test("the longer units are, the fewer wait at a slave, down to one", () => {
  const large = { ...base, slots: 25, fleetSlots: 25 };
  expect([4, 20, 1000].map((unitSeconds) => leaseSize({ ...large, unitSeconds }).units)).toEqual([
    38, 28, 26,
  ]);
  const busy = { ...large, unitSeconds: 20, assigned: 26, assignedSeconds: 520 };
  expect(leaseSize(busy).units).toBe(2);
  expect(leaseSize({ ...busy, assigned: 28, assignedSeconds: 560 }).units).toBe(0);
});

test("more is sent when half of what waited is used up, not with every answer", () => {
  const short = { ...base, unitSeconds: 0.005 };
  expect(leaseSize({ ...short, assigned: 150, assignedSeconds: 0.75 }).units).toBe(0);
  expect(leaseSize({ ...short, assigned: 100, assignedSeconds: 0.5 }).units).toBe(102);
  const long = { ...base, slots: 8, unitSeconds: 1 };
  expect(leaseSize({ ...long, assigned: 13, assignedSeconds: 13 }).units).toBe(0);
  expect(leaseSize({ ...long, assigned: 12, assignedSeconds: 12 }).units).toBe(4);
});

test("near the end of a job leases shrink to a share of what is left", () => {
  expect(leaseSize({ ...base, unitSeconds: 0.1, waiting: 8 }).units).toBe(2);
  expect(leaseSize({ ...base, unitSeconds: 0.1, waiting: 1 }).units).toBe(1);
});

test("the last long units go out one by one, so that each can be called back", () => {
  const late = { ...base, slots: 8, fleetSlots: 64, unitSeconds: 1, assigned: 14, assignedSeconds: 14 };
  expect(leaseSize({ ...late, waiting: 128 }).units).toBe(1);
  expect(leaseSize({ ...late, waiting: 129 }).units).toBe(0);
});

test("what is a moment's work is not shared", () => {
  expect(leaseSize({ ...base, unitSeconds: 0.001, waiting: 40 }).units).toBe(40);
});

test("units of no length at all do not fill a slave until it refuses", () => {
  const none = { ...base, unitSeconds: 0 };
  expect(leaseSize({ ...none, assigned: 768 }).units).toBe(256);
  expect(leaseSize({ ...none, assigned: 1000 }).units).toBe(0);
  expect(leaseSize({ ...none, slots: 600, fleetSlots: 600, assigned: 1024 }).units).toBe(176);
});

test("the only slave gets all units that fit", () => {
  expect(leaseSize({ ...base, fleetSlots: 2, unitSeconds: 0.1, waiting: 10 }).units).toBe(10);
});
