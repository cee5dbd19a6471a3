import { afterEach, expect, test } from "vitest";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet?.stop());

async function mean(files: Readonly<Record<string, string>>, options: object, running: number) {
  const bodies = Object.entries(files).map(([name, text]) => ({ name, body: Buffer.from(text) }));
  const how = { task: "mean", field: "numbers", options, budgets: { running } };
  const { body } = await assign(fleet.master.url, bodies, how);
  const ends = Object.fromEntries(body.files.map(({ filename, state, code }) => [filename, code ?? state]));
  return { ends, attachments: body.attachments, log: fleet.master.log.join("") };
}

test("a file over its budget is the only one that a mean loses, beside a bad one", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const files = {
    "a.txt": "1 2 3",
    "bad.txt": "hello",
    "slow.txt": "1 ".repeat(40_000_000),
    "b.txt": "4 5 6",
  };
  const { ends, attachments, log } = await mean(files, { ragged: true }, 2);
  expect(ends).toEqual({
    "a.txt": "done",
    "bad.txt": "not_a_number",
    "slow.txt": "timed_out",
    "b.txt": "done",
  });
  expect(attachments).toHaveLength(2);
  expect(log).not.toContain('"level":50');
});

test("a unit of many files has time for all of them", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const numbers = Array.from({ length: 150_000 }, (_, at) => at % 1000).join(" ");
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.txt`, numbers]));
  const { ends } = await mean(files, { partition: 30 }, 2);
  expect(new Set(Object.values(ends))).toEqual(new Set(["done"]));
});
