import { expect, test } from "vitest";
import { fileSearch, jobSearch } from "./parse.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");

/** A clause in short: `-` when it excludes, then its terms. */
function inShort(query: string): string[] {
  return jobSearch(query, NOW).map(
    ({ isExcluding, terms }) =>
      (isExcluding ? "-" : "") +
      terms
        .map((term) => `${term.key}=${"at" in term ? new Date(term.at).toISOString() : term.value}`)
        .join("|"),
  );
}

test.each([
  ["", []],
  ["  \t\n ", []],
  ["report", ["text=report"]],
  ["annual report", ["text=annual", "text=report"]],
  ['"annual report"', ["text=annual report"]],
  ['"a \\"b\\" \\\\ c"', ['text=a "b" \\ c']],
  ["file:report.pdf", ["file=report.pdf"]],
  ['file:"my report.pdf" x', ["file=my report.pdf", "text=x"]],
  ["FILE:A.txt", ["file=A.txt"]],
  ["state:failed", ["state=failed"]],
  ["state:Failed", ["state=failed"]],
  ["state:failed state:partial", ["state=failed|state=partial"]],
  ["state:failed task:text state:partial", ["state=failed|state=partial", "task=text"]],
  ["-state:failed -state:partial", ["-state=failed", "-state=partial"]],
  ["-report", ["-text=report"]],
  ['-"two words"', ["-text=two words"]],
  ["-file:a file:b", ["-file=a", "file=b"]],
  ["a - b", ["text=a", "text=-", "text=b"]],
  ["--draft", ["-text=-draft"]],
  ["a-b", ["text=a-b"]],
  ["12:30", ["text=12:30"]],
  [
    "slave:pc-a:3000 client:alice code:corrupt_file",
    ["slave=pc-a:3000", "client=alice", "code=corrupt_file"],
  ],
  ["since:2h", ["since=2026-11-29T10:00:00.000Z"]],
  ["since:30M", ["since=2026-11-29T11:30:00.000Z"]],
  ["since:90s", ["since=2026-11-29T11:58:30.000Z"]],
  ["since:1w", ["since=2026-11-22T12:00:00.000Z"]],
  ["since:2026-11-01", ["since=2026-11-01T00:00:00.000Z"]],
  ["since:2026-11-01T08:30", ["since=2026-11-01T08:30:00.000Z"]],
  ["since:2026-11-01T08:30+02:00", ["since=2026-11-01T06:30:00.000Z"]],
  ["100%_ü.txt", ["text=100%_ü.txt"]],
  ["a;DROP TABLE jobs", ["text=a;DROP", "text=TABLE", "text=jobs"]],
])("%j is understood as %j", (query, clauses) => {
  expect(inShort(query)).toEqual(clauses);
});

const KEYS = ["file", "state", "slave", "code", "task", "client", "since"];
const STATES = ["queued", "running", "succeeded", "partial", "failed", "cancelled"];

test.each([
  ["colour:red", 1, "colour is not a key", KEYS],
  ["a  colour:red", 4, "colour is not a key", KEYS],
  ["http://x", 1, "http is not a key", KEYS],
  ["a -colour:red", 3, "colour is not a key", KEYS],
  ["state:done", 7, "done is not a state", STATES],
  ["-state:done", 8, "done is not a state", STATES],
  ["x state:", 3, "no value follows state:", undefined],
  ["x state: failed", 3, "no value follows state:", undefined],
  ['a "b', 3, "the quotes are not closed, or a text follows them without a space", undefined],
  ['-file:"b', 7, "the quotes are not closed, or a text follows them without a space", undefined],
  ['"a"b', 1, "the quotes are not closed, or a text follows them without a space", undefined],
  ['file:""', 6, "the quotes are empty", undefined],
  ["since:tomorrow", 7, "tomorrow is not a time", ["30m", "2h", "7d", "2026-11-01", "2026-11-01T12:00Z"]],
  ["since:2026-13-01", 7, "2026-13-01 is not a time", ["30m", "2h", "7d", "2026-11-01", "2026-11-01T12:00Z"]],
  [`${"a ".repeat(20)}b`, 41, "more than 20 words and keys", undefined],
])("%j is bad_query at character %d: %s", (query, position, problem, valid) => {
  const right = valid === undefined ? "" : `; valid are ${valid.join(", ")}`;
  const details = { field: "q", position, ...(valid === undefined ? {} : { valid_values: valid }) };
  const message = `q, character ${position}: ${problem}${right}.`;
  expect(() => jobSearch(query, NOW)).toThrow(
    expect.objectContaining({ code: "bad_query", message, details }),
  );
});

test("a task that the master does not know is bad_query", () => {
  expect(() => jobSearch("task:texts", NOW)).toThrow(/character 6: texts is not a task; valid are image, /);
});

test("files of a job have states of their own, and no keys that are about the job", () => {
  expect(fileSearch("state:done a")).toEqual([
    { isExcluding: false, terms: [{ key: "state", value: "done" }] },
    { isExcluding: false, terms: [{ key: "text", value: "a" }] },
  ]);
  expect(() => fileSearch("state:succeeded")).toThrow(/valid are queued, running, done, failed, cancelled/);
  expect(() => fileSearch("since:2h")).toThrow(/since is not a key; valid are file, state, slave, code\./);
});
