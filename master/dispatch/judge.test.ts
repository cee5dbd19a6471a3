import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  dispatcherUnderTest,
  openAnswer,
  slaveOf,
  storedUnits,
  type UnderTest,
} from "../../tests/fixtures/dispatch/underTest.ts";
import type { Slave } from "../fleet/slave.ts";
import type { LeaseEvent } from "../lease/leaseEvents.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { Judge, type Verdict } from "./judge.ts";
import { Suspects } from "./suspects.ts";

const CRASH = { code: "child_crashed", error: "It crashed.", seconds: 1, crashed: true, handedBack: false };
const KILL = { ...CRASH, code: "child_killed" };
const POISON = { failure: expect.objectContaining({ code: "poison" }) };

let tested: UnderTest;
let judge: Judge;
let first: Slave;

beforeEach(async () => {
  tested = dispatcherUnderTest({ answer: async () => openAnswer() });
  judge = new Judge(new Suspects({ maxCrashes: 2, maxLosses: 3 }), tested.registry);
  first = await slaveOf(tested, 4000);
});
afterEach(() => tested.registry.stop());

describe("where one slave is alone", () => {
  test("a unit is set aside after two children", async () => {
    const unit = await oneUnit();
    expect(crashed(first, unit)).toEqual({ back: "crash" });
    expect(crashed(first, { ...unit, crashes: 1 })).toEqual(POISON);
  });

  test("what the slave says again does not count while it does nothing else", async () => {
    const unit = await oneUnit();
    const lost = { ...unit, losses: 1 };
    expect(judge.lost(first, unit, "500")).toEqual({ back: "loss" });
    for (let tries = 0; tries < 9; tries += 1)
      expect(judge.lost(first, lost, "500")).toEqual({ back: "refused" });
  });

  test("what it says again counts when it has done other units since", async () => {
    const unit = await oneUnit();
    expect(judge.lost(first, unit, "500")).toEqual({ back: "loss" });
    first.work.answered();
    expect(judge.lost(first, { ...unit, losses: 1 }, "500")).toEqual({ back: "loss" });
    expect(judge.lost(first, { ...unit, losses: 2 }, "500")).toEqual(POISON);
  });

  test("what it says again counts when its process is another one: the unit may have ended the first", async () => {
    const unit = await oneUnit();
    expect(judge.lost(first, unit, "reset")).toEqual({ back: "loss" });
    Object.assign(first, { instance: "b" });
    expect(judge.lost(first, { ...unit, losses: 1 }, "reset")).toEqual({ back: "loss" });
  });

  test("it is not in trouble, however many units end its children", async () => {
    for (const unit of await storedUnits(tested, 9)) crashed(first, unit);
    expect(first.troubles).toBe(0);
  });
});

describe("where a second slave can do the unit", () => {
  let second: Slave;
  beforeEach(async () => {
    second = await slaveOf(tested, 4001);
  });

  test.each([
    ["crashes", CRASH, { crashes: 9 }],
    ["kills", KILL, { losses: 9 }],
  ])("%s at one slave alone do not set it aside", async (_what, event, counts) => {
    const unit = { ...(await oneUnit()), ...counts };
    expect(judge.failed(first, unit, { type: "failed", ...event })).not.toHaveProperty("failure");
    expect(judge.failed(first, unit, { type: "failed", ...event })).not.toHaveProperty("failure");
    expect(judge.failed(second, unit, { type: "failed", ...event })).toEqual(POISON);
  });

  test("losses at one slave alone do not set it aside", async () => {
    const unit = { ...(await oneUnit()), losses: 9 };
    expect(judge.lost(first, unit, "reset")).toEqual({ back: "loss" });
    expect(judge.lost(second, unit, "reset")).toEqual(POISON);
  });

  test("the unit is for the other slave, until that has tried it as well", async () => {
    const unit = { ...(await oneUnit()), crashes: 1 };
    crashed(first, unit);
    expect([judge.isForOthers(first, unit), judge.isForOthers(second, unit)]).toEqual([true, false]);
    judge.notBegun(second, unit);
    expect([judge.isForOthers(first, unit), judge.isForOthers(second, unit)]).toEqual([false, false]);
  });

  test("a second slave that cannot do the unit does not count", async () => {
    const unit = { ...(await oneUnit()), stepVersion: 2, crashes: 1 };
    expect(crashed(first, unit)).toEqual(POISON);
  });

  test("a second slave that has no room does not count: its disk may be full for days", async () => {
    const unit = { ...(await oneUnit()), crashes: 1 };
    tested.registry.full(second, 60_000);
    expect(judge.lost(first, { ...unit, crashes: 0 }, "reset")).toEqual({ back: "loss" });
    expect(judge.isForOthers(first, { ...unit, losses: 1 })).toBe(false);
    expect(crashed(first, unit)).toEqual(POISON);
  });

  test("the third unit in a row that ends its child puts the first slave into trouble", async () => {
    const [one, two, three] = await storedUnits(tested, 3);
    for (const unit of [one, two]) if (unit !== undefined) crashed(first, unit);
    expect([first.troubles, judge.isSound(first)]).toEqual([0, false]);
    if (three !== undefined) crashed(first, three);
    expect(first).toMatchObject({ troubles: 1, onProbation: true });
  });

  test("a unit that is done or refused with a code of its own begins a new row", async () => {
    const [one, two, three, four, five] = await storedUnits(tested, 5);
    if (!one || !two || !three || !four || !five) throw new Error("units are missing");
    crashed(first, one);
    crashed(first, two);
    judge.done(first, three);
    expect(judge.isSound(first)).toBe(true);
    crashed(first, four);
    expect(
      judge.failed(first, five, { type: "failed", ...CRASH, code: "corrupt_file", crashed: false }),
    ).toEqual({ failure: { code: "corrupt_file", error: "It crashed." } });
    crashed(first, five);
    expect(first.troubles).toBe(0);
  });

  test("files that end the children of both slaves put neither into trouble", async () => {
    for (const unit of await storedUnits(tested, 9)) {
      crashed(first, unit);
      expect(crashed(second, { ...unit, crashes: 1 })).toEqual(POISON);
    }
    expect([first.troubles, second.troubles]).toEqual([0, 0]);
  });
});

function crashed(slave: Slave, unit: QueuedUnit): Verdict {
  const event: Extract<LeaseEvent, { type: "failed" }> = { type: "failed", ...CRASH };
  return judge.failed(slave, unit, event);
}

async function oneUnit(): Promise<QueuedUnit> {
  const [unit] = await storedUnits(tested, 1);
  if (unit === undefined) throw new Error("there is no unit");
  return unit;
}
