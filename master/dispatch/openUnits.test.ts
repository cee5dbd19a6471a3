import { expect, test } from "vitest";
import { SlaveWork } from "../fleet/slaveWork.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { OpenUnits } from "./openUnits.ts";

const units = ["a", "b", "c", "d"].map((id) => ({ id }) as QueuedUnit);
const [a, b, c] = units as [QueuedUnit, QueuedUnit, QueuedUnit];

function open(slots: number) {
  const slave = { slots, work: new SlaveWork() };
  return { slave, lease: new OpenUnits(units, slave, 1) };
}

test("no unit of a lease ran when its slave sent nothing", () => {
  expect([...open(2).lease.running()]).toEqual([]);
});

test("units ran that the slave said it had begun, and the next ones up to its slots", async () => {
  const { lease } = open(2);
  await later();
  lease.heard();
  lease.began(b);
  expect([...lease.running()]).toEqual([b, a]);
  lease.began(c);
  expect([...lease.running()]).toEqual([b, c]);
});

test("a unit that was answered no longer runs", async () => {
  const { lease, slave } = open(1);
  await later();
  lease.heard();
  lease.began(a);
  lease.settle(a);
  expect([...lease.running()]).toEqual([b]);
  expect(slave.work).toMatchObject({ units: 3, seconds: 3 });
});

/** A time that differs from the one before. */
async function later(): Promise<void> {
  const before = performance.now();
  await expect.poll(() => performance.now()).toBeGreaterThan(before);
}
