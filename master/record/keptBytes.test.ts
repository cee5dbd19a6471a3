import { expect, test } from "vitest";
import { keptBytes } from "./keptBytes.ts";

const work = { files: 2, seconds: 1, resultBytes: 10, slaves: {} };
const job = { total: 2, bytes: 30, attachments: [], work };
const counts = { doneAtOnce: 2, stored: 2 };

test("a job whose files were each done once, in one unit, keeps its inputs and results", () => {
  expect(keptBytes(job, counts)).toBe(40);
});

test.each([
  ["its units were more than its files", job, { ...counts, stored: 3 }],
  ["some of its parts were stored, or its files ended, before this run", job, { ...counts, stored: 1 }],
  ["a file failed, needed two attempts or did not end", job, { ...counts, doneAtOnce: 1 }],
  ["it has an attachment", { ...job, attachments: [{ name: "a", key: "k", bytes: 1 }] }, counts],
  [
    "units were copied to a second slave",
    { ...job, speculation: { copies: 1, copiesFirst: 0, secondsSaved: 0 } },
    counts,
  ],
])("the store may hold more of a job when %s", (_, ended, counted) => {
  expect(keptBytes(ended, counted)).toBeUndefined();
});
