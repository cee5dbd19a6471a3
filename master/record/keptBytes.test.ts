import { expect, test } from "vitest";
import { keptBytes } from "./keptBytes.ts";

const job = { bytes: 30, attachments: [] };
const done = { state: "done", attempts: 1, resultBytes: 5 } as const;
const counts = { files: { length: 2 }, endedFiles: [done, done], stored: 2 };

test("a job whose files were each done once, in one unit, keeps its inputs and results", () => {
  expect(keptBytes(job, counts)).toBe(40);
});

test.each([
  ["its units were more than its files", job, { ...counts, stored: 3 }],
  ["some of its parts were stored, or its files ended, before this run", job, { ...counts, stored: 1 }],
  ["a file failed", job, { ...counts, endedFiles: [done, { ...done, state: "failed" as const }] }],
  ["a file needed two attempts", job, { ...counts, endedFiles: [done, { ...done, attempts: 2 }] }],
  ["a file did not end", job, { ...counts, endedFiles: [done] }],
  ["it has an attachment", { ...job, attachments: [{ name: "a", key: "k", bytes: 1 }] }, counts],
  [
    "units were copied to a second slave",
    { ...job, speculation: { copies: 1, copiesFirst: 0, secondsSaved: 0 } },
    counts,
  ],
])("the store may hold more of a job when %s", (_, ended, counted) => {
  expect(keptBytes(ended, counted)).toBeUndefined();
});
