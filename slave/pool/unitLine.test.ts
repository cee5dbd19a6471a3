import { expect, test } from "vitest";
import type { UnitOutput } from "./unit.ts";
import { UnitLine } from "./unitLine.ts";

const UNIT = { task: "odd", step: "echo", options: {}, args: {}, files: [] };
const OUTPUT: UnitOutput = { body: Buffer.alloc(0), bytes: 0, sha256: "", seconds: 0 };

function line() {
  const waiting = new UnitLine();
  const cancelled = new AbortController();
  const stopped = new AbortController();
  const hooks = { signal: cancelled.signal, stopWaiting: stopped.signal, keepIn: "" };
  const never = { signal: new AbortController().signal, keepIn: "" };
  return {
    waiting,
    cancelled,
    stopped,
    add: () => waiting.add(UNIT, hooks),
    addOther: () => waiting.add(UNIT, never),
  };
}

test("units leave in the order in which they came, and one that is put back stands where it stood", () => {
  const { waiting, addOther } = line();
  for (let index = 0; index < 3; index += 1) void addOther();
  const first = waiting.take();
  const second = waiting.take();
  if (first === undefined || second === undefined) throw new Error("two units wait");
  waiting.putBack(second);
  waiting.putBack(first);
  const numbers = [waiting.take(), waiting.take(), waiting.take(), waiting.take()].map((one) => one?.number);
  expect(numbers).toEqual([1, 2, 3, undefined]);
});

test.each(["cancelled", "stopped"] as const)(
  "a unit whose caller is %s leaves the line with that reason",
  async (how) => {
    const { waiting, add, addOther, ...controllers } = line();
    const gone = add();
    const other = addOther();
    controllers[how].abort(new Error("told so"));
    await expect(gone).rejects.toThrow("told so");
    expect(waiting.length).toBe(1);
    waiting.take()?.resolve(OUTPUT);
    expect(await other).toBe(OUTPUT);
  },
);

test("a unit that has left the line is not withdrawn from it", async () => {
  const { waiting, add, cancelled } = line();
  const output = add();
  const taken = waiting.take();
  cancelled.abort(new Error("too late"));
  taken?.resolve(OUTPUT);
  expect(await output).toBe(OUTPUT);
});

test("all that wait are rejected at once", async () => {
  const { waiting, add, addOther } = line();
  const outputs = [add(), addOther()];
  waiting.rejectAll(new Error("closed"));
  expect((await Promise.allSettled(outputs)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(waiting.length).toBe(0);
});
