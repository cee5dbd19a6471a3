import { expect, test } from "vitest";
import { tidyBytes } from "./tidy.ts";

const job = { bytes: 30, attachments: [] };
const done = { state: "done", attempts: 1, resultBytes: 5 } as const;
const seen = { files: { length: 2 }, endedFiles: [done, done], parts: 2 };

test("a job whose files were each done once, in one unit, holds its inputs and results", () => {
  expect(tidyBytes(job, seen)).toBe(40);
});

test.each([
  ["its units were more than its files", job, { ...seen, parts: 3 }],
  ["some of its parts were stored, or its files ended, before this run", job, { ...seen, parts: 1 }],
  ["a file failed", job, { ...seen, endedFiles: [done, { ...done, state: "failed" as const }] }],
  ["a file needed two attempts", job, { ...seen, endedFiles: [done, { ...done, attempts: 2 }] }],
  ["a file did not end", job, { ...seen, endedFiles: [done] }],
  ["it has an attachment", { ...job, attachments: [{ name: "a", key: "k", bytes: 1 }] }, seen],
  ["late units got copies", { ...job, speculation: { copies: 1, copiesFirst: 0, secondsSaved: 0 } }, seen],
])("there may be more in the store when %s", (_, over, saw) => {
  expect(tidyBytes(over, saw)).toBeUndefined();
});
