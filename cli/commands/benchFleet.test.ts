import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../tests/standin/runCli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-bench-args-"));
  await writeFile(join(folder, "empty.mjs"), "export const square = (x) => x ** 2;");
  await writeFile(join(folder, "rate.mjs"), "const rate = 2; export default (x) => x * rate;");
  await writeFile(join(folder, "a-file"), "");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const COUNTS = "are needed, at most 10 of them: 4, or 1,2,4.";

test.each([
  [["--callers", "0"], `Whole numbers from 1 to 1000 ${COUNTS}`],
  [["--callers", "1,two"], `Whole numbers from 1 to 1000 ${COUNTS}`],
  [["--slaves", "65"], `Whole numbers from 1 to 64 ${COUNTS}`],
  [["--slaves", "1,2,3,4,5,6,7,8,9,10,11"], `Whole numbers from 1 to 64 ${COUNTS}`],
  [["--slots", "1.5"], "A whole number from 1 to 64 is needed."],
  [["--seconds", "-1"], "A number of seconds above 0 and up to 3600 is needed."],
  [["--calls", "many"], "A whole number from 1 to 1000000 is needed."],
  [
    ["--calls", "5", "--seconds", "5"],
    "--seconds and --calls exclude each other: both say how long a run is.",
  ],
  [["--mode", "fast"], "Allowed choices are sandbox, trusted."],
  [
    ["--function", "cube"],
    "There is no function cube. Built in are noop, square, spin, primes, sleep, word-count;",
  ],
  [["--function", "toString"], "There is no function toString."],
  [["--function", "sleep", "--mode", "sandbox"], "sleep cannot run in the sandbox, which has no timers:"],
  [["--function", "./none.mjs"], "./none.mjs: There is no such file."],
  [
    ["--function", "./empty.mjs"],
    "./empty.mjs has no function as its default export: export default (x) => …",
  ],
  [
    ["--master", "127.0.0.1:1", "--slots", "2"],
    "--slaves and --slots are for the fleet that the command starts;",
  ],
  [["--json", "--output", "csv"], "--json and --output csv exclude each other."],
])("wrong arguments are told before anything is started: %j", async (args, sentence) => {
  const { code, stdout, stderr } = await runCli(["bench-fleet", ...args], { cwd: folder });
  expect(stderr + stdout).toContain(sentence);
  expect(code).toBe(2);
});

test("a folder that cannot be made is told before anything is started", async () => {
  const { code, stderr } = await runCli(["bench-fleet", "--out", "a-file/out"], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining("cannot be written to a-file/out: ENOTDIR")]);
});

test("the help names the functions", async () => {
  const { code, stdout } = await runCli(["bench-fleet", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("\nFunctions:\n  noop        does nothing");
  expect(stdout).toContain('(default: "spin")');
});
