import { afterAll, beforeAll, expect, test } from "vitest";
import { randomOf } from "../../shared/ml/random.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

const ROWS = 200_000;
const COLUMNS = 40;

/** A child that held all values of the table, as numbers of 8 bytes, would need 64 MB for each copy of them. */
const CHILD_MEMORY = "200MB";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave({ CHILD_MEMORY, SLAVE_SLOTS: "1" });
  await fleet.alive(1);
});
afterAll(async () => await fleet.stop());

/** Numbers from 0 to 999, a text, and whether the first two numbers are more than 1,000 together. */
function largeTable(): Buffer {
  const random = randomOf(1);
  const lines = [`${Array.from({ length: COLUMNS }, (_, at) => `c${at}`).join(",")},day,y`];
  const values = new Array<number>(COLUMNS).fill(0);
  for (let row = 0; row < ROWS; row += 1) {
    for (let at = 0; at < COLUMNS; at += 1) values[at] = Math.floor(random() * 1000);
    const isMore = (values[0] ?? 0) + (values[1] ?? 0) > 1000;
    lines.push(`${values.join(",")},${["mon", "tue", "wed"][row % 3]},${isMore ? "more" : "less"}`);
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

test("8 million values are learned from, and their rows predicted, by children of 200 MB", {
  timeout: 300_000,
}, async () => {
  const { url } = fleet.master;
  const table = { name: "large.csv", body: largeTable() };
  const options = { trees: 4, depth: 8, test_share: 0.1 };
  const { body: trained } = await assign(url, [table], { task: "train", field: "tables", options });
  expect(trained.failed_files).toEqual([]);
  expect(trained.files[0]?.summary).toMatch(/^random forest of 4 trees for y from 200000 rows: right in \d/);
  const { body: predicted } = await assign(url, [table], {
    task: "predict",
    field: "tables",
    options: { model: trained.job_id, keep: ["c0", "y"] },
  });
  expect(predicted.failed_files).toEqual([]);
  expect(predicted.files[0]?.info).toEqual({ rows: ROWS, skipped: 0 });
  const csv = await (await fetch(`${url}${predicted.files[0]?.url}`)).text();
  expect(csv.trimEnd().split("\n")).toHaveLength(ROWS + 1);
});
