import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { FrameHeader } from "../../shared/contract/fleet.ts";
import { encodeHeader } from "../../shared/contract/frames.ts";
import { AppError, UnavailableError } from "../../shared/errors.ts";
import {
  type Answer,
  dispatcherUnderTest,
  openAnswer,
  slaveOf,
  storedUnits,
  type UnderTest,
  untilAborted,
} from "../../tests/fixtures/dispatch/underTest.ts";
import { SlaveFullError } from "../lease/client.ts";
import type { QueuedUnit } from "../queue/port.ts";

const UNIT = "job/main/0";
const START: FrameHeader = { type: "start", unit: UNIT };
const END: FrameHeader = { type: "end", units: 1 };

let tested: UnderTest;

afterEach(async () => {
  await tested.dispatcher.stop(AbortSignal.abort());
  tested.registry.stop();
});

function failed(more: Partial<Extract<FrameHeader, { type: "failed" }>> = {}): FrameHeader {
  const about = { unit: UNIT, filename: "0.txt", code: "corrupt_file", error: "Broken.", seconds: 0.1 };
  return { type: "failed", ...about, ...more };
}

/** Answers the first lease like this; later ones stay open. */
function firstly(first: Answer): Answer {
  let leases = 0;
  return (slave, signal) => {
    leases += 1;
    return leases === 1 ? first(slave, signal) : openUntilAborted(slave, signal);
  };
}

const openUntilAborted: Answer = async (_slave, signal) => untilAborted(openAnswer(START), signal);

function rejects(error: Error): Answer {
  return async () => {
    throw error;
  };
}

function answers(...headers: readonly FrameHeader[]): Answer {
  return async () => openAnswer(...headers).end();
}

/** A connection that breaks after these frames. */
function breaksAfter(...headers: readonly FrameHeader[]): Answer {
  return async () => {
    const stream = openAnswer(...headers);
    setTimeout(() => stream.destroy(new Error("reset")), 20);
    return stream;
  };
}

interface Outcome {
  readonly troubles: number;
  readonly full: boolean;
  /** The unit's counts where it is back in the queue, or the code of its part. */
  readonly unit: Pick<QueuedUnit, "crashes" | "losses"> | string;
}

const BACK = { crashes: 0, losses: 0 };
const CRASHED = { crashes: 1, losses: 0 };
const LOST = { crashes: 0, losses: 1 };

describe("who is to blame when a lease or a unit fails", () => {
  const rows: readonly (readonly [string, Answer, Outcome])[] = [
    ["no connection: the slave; the unit never ran", rejects(new Error("reset")), of(1, BACK)],
    [
      "a connection that breaks while a unit runs: the slave, perhaps the unit",
      breaksAfter(START),
      of(1, LOST),
    ],
    ["the lease is refused: the slave", rejects(new AppError("slave_refused", "400")), of(1, BACK)],
    ["an answer that ends too early: the slave", answers(START), of(1, LOST)],
    ["an answer for another unit: the slave", answers({ type: "start", unit: "job/main/7" }), of(1, BACK)],
    ["silence: the slave", openSilently, of(1, LOST)],
    [
      "the slave has no room: it is full, not in trouble",
      rejects(new SlaveFullError(1)),
      of(0, BACK, "full"),
    ],
    [
      "no space for parts at the master: the slave waits",
      rejects(new AppError("no_space", "Full.")),
      of(0, BACK, "full"),
    ],
    [
      "a store that does not answer: the slave waits",
      rejects(new Error("the form broke", { cause: new UnavailableError("store_unavailable", "Away.") })),
      of(0, BACK, "full"),
    ],
    [
      "no space at the slave: it is full",
      answers(failed({ code: "disk_full", handed_back: true }), END),
      of(0, BACK, "full"),
    ],
    ["the slave stops and hands back: nothing", answers(failed({ handed_back: true }), END), of(0, BACK)],
    ["a file that cannot be read: the file", answers(failed(), END), of(0, "corrupt_file")],
    ["a child that ends under a unit: the unit", answers(failed({ child_ended: true }), END), of(0, CRASHED)],
    [
      "a child that something else killed: perhaps the unit",
      answers(failed({ child_ended: true, code: "child_killed" }), END),
      of(0, LOST),
    ],
  ];
  test.each(rows)("%s", async (_name, answer, outcome) => {
    tested = dispatcherUnderTest({ answer: firstly(answer), silenceSeconds: 0.2 });
    expect(await outcomeOf(await storedUnits(tested, 1))).toEqual(outcome);
  });

  test("a missing input: its unit fails, and the slave is not in trouble", async () => {
    tested = dispatcherUnderTest({ answer: firstly(rejects(new Error("reset"))) });
    const units = await storedUnits(tested, 1);
    await tested.store.remove(units.flatMap(({ files }) => files.map(({ key }) => key)));
    expect(await outcomeOf(units)).toEqual(of(0, "input_lost"));
  });

  test("a unit that ended as many children as it may is set aside", async () => {
    tested = dispatcherUnderTest({ answer: answers(failed({ child_ended: true }), END) });
    expect(await outcomeOf(await storedUnits(tested, 1, { crashes: 1 }))).toEqual(of(0, "poison"));
  });

  test("a unit that was lost as often as it may is set aside, and the slave is in trouble", async () => {
    tested = dispatcherUnderTest({ answer: breaksAfter(START) });
    expect(await outcomeOf(await storedUnits(tested, 1, { losses: 2 }))).toEqual(of(1, "poison"));
  });
});

describe("who is to blame when the master ends a lease", () => {
  test("cancelled: nothing is, and the unit is gone", async () => {
    tested = dispatcherUnderTest({ answer: openUntilAborted });
    const slave = await begun(await storedUnits(tested, 1));
    await tested.dispatcher.cancel("job");
    await expect.poll(() => tested.dispatcher.leases).toBe(0);
    expect(slave.troubles).toBe(0);
    expect([...tested.queue.heads()]).toEqual([]);
  });

  test("stopping: nothing is, and the unit is back", async () => {
    tested = dispatcherUnderTest({ answer: openUntilAborted });
    const slave = await begun(await storedUnits(tested, 1));
    await tested.dispatcher.stop(AbortSignal.abort());
    expect(tested.dispatcher.leases).toBe(0);
    expect([slave.troubles, countsOfHead()]).toEqual([0, BACK]);
  });

  test("a lost slave: the slave, perhaps the unit", async () => {
    tested = dispatcherUnderTest({ answer: openUntilAborted });
    const slave = await begun(await storedUnits(tested, 1));
    tested.registry.remove(slave.id);
    await expect.poll(() => tested.dispatcher.leases).toBe(0);
    expect(countsOfHead()).toEqual(LOST);
  });

  test("overdue, as the slave lets a unit run beyond its budget: the slave, perhaps the unit", async () => {
    tested = dispatcherUnderTest({ answer: openBeating, silenceSeconds: 0.1, leaseSeconds: 0.3 });
    const slave = await begun(await storedUnits(tested, 1, { budgets: { running: 0.05, silence: 60 } }));
    await expect.poll(() => tested.counts.unitsBack.loss).toBe(1);
    expect(slave.troubles).toBe(1);
  });

  test("recalled for an idle slave: nothing is, and the idle slave gets the unit", async () => {
    let leases = 0;
    tested = dispatcherUnderTest({
      answer: async (_slave, signal) => {
        leases += 1;
        // Only the unit of the first lease runs: the second one waits at the slave.
        return untilAborted(leases === 1 ? openAnswer(START) : openAnswer(), signal);
      },
    });
    tested.times.add("text/analyse", 4, 60);
    const [first, second] = await storedUnits(tested, 2);
    const busy = await begun(first === undefined ? [] : [first]);
    await tested.queue.put(second === undefined ? [] : [second]);
    await expect.poll(() => busy.work.units).toBe(2);
    const idle = await slaveOf(tested, 4001);
    await expect.poll(() => idle.work.units).toBe(1);
    expect([busy.troubles, busy.work.units, tested.counts.unitsBack.returned]).toEqual([0, 1, 1]);
  });

  test("superseded by a copy that answers first: nothing is, and the unit has one part", async () => {
    tested = dispatcherUnderTest({
      answer: (slave, signal) =>
        slave.address.endsWith(":4000")
          ? openUntilAborted(slave, signal)
          : answers(failed(), END)(slave, signal),
    });
    const pace = tested.paces.open("job/main");
    Object.assign(pace, { submitted: 1, complete: true });
    const late = await begun(await storedUnits(tested, 1));
    await slaveOf(tested, 4001);
    await expect.poll(() => tested.dispatcher.leases, { timeout: 5_000 }).toBe(0);
    expect(tested.parts).toHaveLength(1);
    expect([late.troubles, tested.speculation.total.copiesFirst]).toEqual([0, 1]);
  });
});

describe("parts that wait for others to be stored with them", () => {
  const arrived = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(partOf);

  test("count when the connection breaks, and only the other units go back", async () => {
    tested = dispatcherUnderTest({
      answer: firstly(async () => {
        const stream = openAnswer();
        stream.write(Buffer.concat(arrived));
        setTimeout(() => stream.destroy(new Error("reset")), 20);
        return stream;
      }),
    });
    await firstLeaseEnded();
    expect(tested.parts.map(({ part }) => part.index).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(countsOfHead()).toEqual(LOST);
  });

  test("are not believed when their slave breaks the contract", async () => {
    const lie = encodeHeader({ type: "start", unit: "job/main/77" });
    tested = dispatcherUnderTest({
      answer: firstly(async () => openAnswer().end(Buffer.concat([...arrived, lie]))),
    });
    await firstLeaseEnded();
    expect(tested.parts).toEqual([]);
  });

  /** Puts ten units of a millisecond each, and waits until a lease of them was given up. */
  async function firstLeaseEnded(): Promise<void> {
    tested.times.add("text/analyse", 4, 0.001);
    await slaveOf(tested, 4000);
    tested.dispatcher.start();
    await tested.queue.put(await storedUnits(tested, 10));
    await expect.poll(() => backOrRecorded() - tested.parts.length).toBeGreaterThan(0);
  }
});

test.each([
  ["a code that this version does not know", "eyes_tired", "eyes_tired"],
  ["markup", "<script>", "slave_error"],
  ["an end of line", "bad\r\ncode", "slave_error"],
  ["a long one", "a".repeat(65), "slave_error"],
])("the code of a failed file is one that clients can be given: %s", async (_what, code, shown) => {
  tested = dispatcherUnderTest({ answer: answers(failed({ code, error: "Not\r\nread." }), END) });
  expect(await outcomeOf(await storedUnits(tested, 1))).toEqual(of(0, shown));
  expect(tested.parts[0]?.part).toMatchObject({ error: "Not read." });
});

test("leases that are active may end while the dispatcher stops", async () => {
  tested = dispatcherUnderTest({
    answer: async () => {
      const stream = openAnswer(START);
      setTimeout(() => stream.end(Buffer.concat([encodeHeader(failed()), encodeHeader(END)])), 50);
      return stream;
    },
  });
  await begun(await storedUnits(tested, 1));
  await tested.dispatcher.stop(AbortSignal.timeout(10_000));
  expect(tested.parts.map(({ part }) => part)).toEqual([expect.objectContaining({ code: "corrupt_file" })]);
});

/** The frame of a part of the unit with this index. */
function partOf(index: number): Buffer {
  const body = Buffer.from(`part ${index}`);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const about = { unit: `job/main/${index}`, filename: "a.json", bytes: body.length, sha256, seconds: 0.001 };
  return Buffer.concat([encodeHeader({ type: "part", ...about }), body]);
}

/** A slave that is heard of, and of its unit nothing. */
async function openBeating(_slave: unknown, signal: AbortSignal) {
  const stream = untilAborted(openAnswer(START), signal);
  const beating = setInterval(() => stream.write(encodeHeader({ type: "beat" })), 20);
  stream.once("close", () => clearInterval(beating));
  return stream;
}

async function openSilently(_slave: unknown, signal: AbortSignal) {
  return untilAborted(openAnswer(START), signal);
}

function of(troubles: number, unit: Outcome["unit"], full?: "full"): Outcome {
  return { troubles, unit, full: full === "full" };
}

/** Starts with one slave, and resolves once it has a lease. */
async function begun(units: readonly QueuedUnit[]) {
  const slave = await slaveOf(tested, 4000);
  tested.dispatcher.start();
  await tested.queue.put(units);
  await expect.poll(() => tested.dispatcher.leases).toBeGreaterThan(0);
  return slave;
}

/** What became of the slave and of the only unit, once the unit failed or came back. */
async function outcomeOf(units: readonly QueuedUnit[]): Promise<Outcome> {
  const slave = await slaveOf(tested, 4000);
  tested.dispatcher.start();
  await tested.queue.put(units);
  await expect.poll(() => backOrRecorded(), { timeout: 5_000 }).toBeGreaterThan(0);
  const { troubles, fullUntil } = slave;
  const full = fullUntil > Date.now();
  await tested.dispatcher.stop(AbortSignal.abort());
  const [record] = tested.parts;
  const unit = record === undefined ? countsOfHead() : record.part.ok ? "ok" : record.part.code;
  return { troubles, full, unit };
}

function backOrRecorded(): number {
  const { crash, loss, returned } = tested.counts.unitsBack;
  return crash + loss + returned + tested.parts.length;
}

function countsOfHead(): Pick<QueuedUnit, "crashes" | "losses"> {
  const [head] = tested.queue.heads();
  if (head === undefined) throw new Error("no unit waits");
  const { crashes, losses } = head.first;
  return { crashes, losses };
}
