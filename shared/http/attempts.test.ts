import { expect, it } from "vitest";
import { Attempts } from "./attempts.ts";

const LIMITS = { burst: 3, refillSeconds: 2, addresses: 2 };

function withClock() {
  const clock = { now: 0 };
  return { clock, attempts: new Attempts(LIMITS, () => clock.now) };
}

function failTimes(attempts: Attempts, address: string, times: number): void {
  for (let time = 0; time < times; time += 1) attempts.failed(address);
}

it("an address may fail as often as the burst, then has to wait for one refill", () => {
  const { attempts } = withClock();
  failTimes(attempts, "10.0.0.1", 2);
  expect(attempts.waitFor("10.0.0.1")).toBe(0);
  attempts.failed("10.0.0.1");
  expect(attempts.waitFor("10.0.0.1")).toBe(2);
});

it("failures are forgiven one by one with time", () => {
  const { attempts, clock } = withClock();
  failTimes(attempts, "10.0.0.1", 4);
  expect(attempts.waitFor("10.0.0.1")).toBe(4);
  clock.now = 3_000;
  expect(attempts.waitFor("10.0.0.1")).toBe(1);
  clock.now = 4_000;
  expect(attempts.waitFor("10.0.0.1")).toBe(0);
});

it("one address does not pay for another", () => {
  const { attempts } = withClock();
  failTimes(attempts, "10.0.0.1", 3);
  expect(attempts.waitFor("10.0.0.2")).toBe(0);
});

it("addresses of one IPv6 network count as one", () => {
  const { attempts } = withClock();
  attempts.failed("2001:db8:1:2::1");
  attempts.failed("2001:db8:1:2:ffff::2");
  attempts.failed("2001:DB8:1:2:3:4:5:6");
  expect(attempts.waitFor("2001:db8:1:2::3")).toBe(2);
  expect(attempts.waitFor("2001:db8:1:3::3")).toBe(0);
  expect(attempts.waitFor("::1")).toBe(0);
});

it("remembers a bounded number of addresses", () => {
  const { attempts } = withClock();
  for (const address of ["a", "b", "c"]) failTimes(attempts, address, 3);
  expect(["a", "b", "c"].map((address) => attempts.waitFor(address))).toEqual([0, 2, 2]);
});
