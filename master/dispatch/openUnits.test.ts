import { expect, test } from "vitest";
import { SlaveWork } from "../fleet/slaveWork.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { SlotBook } from "../timeline/slotBook.ts";
import { OpenUnits } from "./openUnits.ts";

const units = ["a", "b", "c", "d"].map((id) => ({ id, files: [] as QueuedUnit["files"] }) as QueuedUnit);
const [a, b, c] = units as [QueuedUnit, QueuedUnit, QueuedUnit];

const spans = new SlotBook(() => undefined);

function open(slots: number) {
  const slave = { id: "s", name: "north", slots, work: new SlaveWork() };
  return { slave, lease: new OpenUnits(units, { slave, spans, unitSeconds: 1 }) };
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

test("a unit is overdue when the budgets of all its files are used up", () => {
  const budgets = { running: 10, silence: 10 };
  const [one, five] = [
    { ...a, budgets },
    { ...b, budgets, fileBudgets: 5 },
  ];
  const late = performance.now() + 45_000;
  const overdue = (unit: QueuedUnit) => {
    const slave = { id: "s", name: "north", slots: 1, work: new SlaveWork() };
    const lease = new OpenUnits([unit], { slave, spans, unitSeconds: 1 });
    lease.began(unit);
    return lease.isOverdue(0, late);
  };
  expect([overdue(one), overdue(five)]).toEqual([true, false]);
});

/** A time that differs from the one before. */
async function later(): Promise<void> {
  const before = performance.now();
  await expect.poll(() => performance.now()).toBeGreaterThan(before);
}
