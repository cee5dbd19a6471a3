import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

const FULL = expect.objectContaining({ code: "slave_full", status: 429 });

test("an idle slave admits a request of any size, a busy one up to its bounds", () => {
  const admission = new Admission({ maxUnits: 2, maxBytes: 100 });
  const large = admission.enter(1_000);
  large.claim(5);
  expect(() => admission.enter(1)).toThrow(FULL);
  for (let unit = 0; unit < 4; unit += 1) large.answered();
  expect(admission.units).toBe(1);
  expect(() => admission.enter(1)).toThrow(FULL);
  large.release();
  expect(admission.units).toBe(0);
  const small = admission.enter(60);
  small.claim(1);
  expect(() => admission.enter(60)).toThrow(FULL);
  const other = admission.enter(40);
  expect(() => other.claim(2)).toThrow(FULL);
  other.claim(1);
  expect(admission.units).toBe(2);
});

test("it is empty when the last request has been released", async () => {
  const admission = new Admission({ maxUnits: 9, maxBytes: 9 });
  const never = new AbortController().signal;
  await admission.empty(never);
  const [one, two] = [admission.enter(1), admission.enter(1)];
  let isEmpty = false;
  const empty = admission.empty(never).then(() => {
    isEmpty = true;
  });
  one.release();
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  two.release();
  await empty;
});

test("waiting for it to be empty ends with its signal", async () => {
  const admission = new Admission({ maxUnits: 9, maxBytes: 9 });
  admission.enter(1);
  const { signal, abort } = cancellation();
  const empty = admission.empty(signal);
  abort();
  await empty;
  await admission.empty(signal);
});

function cancellation() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
