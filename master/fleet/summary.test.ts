import { expect, test } from "vitest";
import { fleetSummary } from "./summary.ts";

const SLAVE = { state: "alive", slots: 4, assigned: 0, done: 0, failed: 0 } as const;

test("slots and busy ones are those of slaves that are alive", () => {
  const slaves = [
    { ...SLAVE, assigned: 3 },
    { ...SLAVE, state: "lost", assigned: 2 },
    { ...SLAVE, state: "draining", assigned: 1 },
  ] as const;
  expect(fleetSummary(slaves)).toMatchObject({ total: 3, alive: 1, slots: 4, busy: 3 });
});

test("a unit that waits at a slave for a slot makes no slot busy", () => {
  expect(fleetSummary([{ ...SLAVE, assigned: 5 }])).toMatchObject({ slots: 4, busy: 4 });
});

test("units that ended are those of all slaves", () => {
  const slaves = [
    { ...SLAVE, done: 5, failed: 1 },
    { ...SLAVE, state: "lost", done: 7, failed: 2 },
  ] as const;
  expect(fleetSummary(slaves)).toMatchObject({ done: 12, failed: 3 });
});
