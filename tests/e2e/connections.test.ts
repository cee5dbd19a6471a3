import { afterAll, beforeAll, expect, it } from "vitest";
import { holdingOf } from "../../bench/fuzz/watch.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
});

afterAll(() => fleet?.stop());

it("many leases go through few connections", async () => {
  const job = (text: string) =>
    assign(fleet.master.url, [{ name: "a.txt", body: Buffer.from(text) }], { task: "text" });
  await job("The first.");
  const before = await holdingOf(fleet.master.process.pid ?? 0);
  for (let count = 0; count < 40; count += 1) await job(`Job ${count}.`);
  const after = await holdingOf(fleet.master.process.pid ?? 0);
  if (before === undefined || after === undefined) return;
  expect(after.descriptors - before.descriptors).toBeLessThan(20);
});
