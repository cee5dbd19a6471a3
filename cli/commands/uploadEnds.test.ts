import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder, jobView } from "../../tests/standin/cliFolder.ts";
import type { CliRun } from "../../tests/standin/runCli.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
  await folder.files({ "a.txt": "one" });
});

afterEach(() => folder.close());

const CANCELLED = jobView({
  state: "cancelled",
  counts: { total: 84, queued: 0, running: 0, done: 2, failed: 0, cancelled: 82 },
});

/** Runs an upload, and sends the signal when a file has ended. */
function interrupted(signal: NodeJS.Signals): Promise<CliRun> {
  return folder.run(["upload", "text", "a.txt", "--verbose"], {
    onStart: (child) =>
      child.stderr?.on("data", (text: string) => {
        if (text.includes("[1/1]")) child.kill(signal);
      }),
  });
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s: %i, the job goes on, and two lines say how to come back", async (signal, expected) => {
  const { left, requests } = await folder.standIn({ upload: "stall" });
  const { code, stderr } = await interrupted(signal);
  expect(code).toBe(expected);
  await left;
  expect(requests).not.toContain("DELETE /jobs/JOB1");
  expect(stderr).toBe(
    "sending 1 file, 3 bytes\n[1/1] done a.txt\n" +
      "manyhands: Interrupted: job JOB1 goes on at the master, 1 of 1 file ended.\n" +
      "manyhands jobs watch JOB1 comes back to it, manyhands cancel JOB1 cancels it.\n",
  );
});

test("--timeout cancels the job, and a sentence says what became of it: exit 4", async () => {
  const { requests } = await folder.standIn({ upload: "hang", jobs: [CANCELLED] });
  const { code, stdout } = await folder.run(["upload", "text", "a.txt", "--timeout", "4", "--json"]);
  expect(code).toBe(4);
  expect(requests).toContain("DELETE /jobs/JOB1");
  expect(JSON.parse(stdout)).toMatchObject({
    code: "timed_out",
    error: "Not done within 4 seconds, as --timeout asked: job JOB1 was cancelled after 2 of 84 files.",
    job_id: "JOB1",
    hint: "The 2 results are kept. manyhands retry JOB1 processes the other 82 files.",
  });
});

test("a job that had ended when the time was over is not called cancelled", async () => {
  await folder.standIn({ upload: "stall", jobs: [jobView()] });
  const { stderr } = await folder.run(["upload", "text", "a.txt", "--timeout", "4"]);
  expect(stderr).toContain("job JOB1 had ended already (partial, 2 of 3 files done).");
  expect(stderr).toContain("manyhands results JOB1 --out <dir> fetches its results.");
});

test("a master that does not cancel: the sentence promises nothing", async () => {
  await folder.standIn({ upload: "stall", jobs: [] });
  const { stderr } = await folder.run(["upload", "text", "a.txt", "--timeout", "4"]);
  expect(stderr).toContain("job JOB1 could not be cancelled, and goes on at the master.");
});

/** Runs an upload at a terminal of its own; each text is written when the output has its pattern. */
async function atTerminal(url: string, typed: readonly (readonly [RegExp, string])[]): Promise<CliRun> {
  const main = join(import.meta.dirname, "../../dist/cli/main.js");
  const command = `${process.execPath} ${main} upload text a.txt --verbose`;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, MASTER_URL: url, TERM: "dumb" };
  const child = spawn("script", ["-qefc", command, "/dev/null"], { cwd: folder.path, env });
  let stdout = "";
  const left = [...typed];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (left[0]?.[0].test(stdout) === true) child.stdin.write(left.shift()?.[1] ?? "");
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr: "" };
}

const CTRL_C = "\u0003";

test.each([
  ["Enter leaves the job running", "\n", false],
  ["c cancels it", "c\n", true],
  ["Ctrl-C again leaves at once, and the job goes on", CTRL_C, false],
])("Ctrl-C at a terminal asks: %s", async (_what, answer, cancelled) => {
  const { url, requests } = await folder.standIn({ upload: "stall", jobs: [CANCELLED] });
  const { code, stdout } = await atTerminal(url, [
    [/1 of 1 file/, CTRL_C],
    [/Enter leaves it running/, answer],
  ]);
  expect(code).toBe(130);
  for (const once of ["JOB1 goes on at the master", "manyhands jobs watch JOB1 comes back to it"])
    expect(stdout.split(once)).toHaveLength(2);
  expect(requests.includes("DELETE /jobs/JOB1")).toBe(cancelled);
  expect(stdout.includes("job JOB1 was cancelled after 2 of 84 files")).toBe(cancelled);
});

test("--detach ends when the master has the job, with its id and how to come back; it needs no slave", async () => {
  await folder.standIn({ upload: "hang", isReady: () => false });
  const { code, stdout, stderr } = await folder.run(["upload", "text", "a.txt", "--detach"]);
  expect([code, stdout]).toEqual([0, "job JOB1: 1 file sent\n"]);
  expect(stderr).toContain("manyhands jobs watch JOB1 comes back to it");
  const inJson = await folder.run(["upload", "text", "a.txt", "--detach", "--json"]);
  expect(JSON.parse(inJson.stdout)).toMatchObject({ job_id: "JOB1", state: "queued", unreadable: [] });
});

test("--detach with --out is a usage error: there are no results yet", async () => {
  const { requests } = await folder.standIn();
  const { code, stderr } = await folder.run(["upload", "text", "a.txt", "--detach", "--out", "out"]);
  expect([code, requests]).toEqual([2, []]);
  expect(stderr).toContain("--detach ends before there are results: leave out --out and --failed-list.");
});

test("a signal during the wait for a slave ends it; there is no job", async () => {
  await folder.standIn({ isReady: () => false });
  const { code, stderr } = await folder.run(["upload", "text", "a.txt"], {
    onStart: (child) => child.stderr?.once("data", () => child.kill("SIGINT")),
  });
  expect(code).toBe(130);
  expect(stderr).toContain(
    "Interrupted: the master had no job of the files yet, and drops what it has of them.",
  );
});

test("--failed-list has the files of an interrupted upload", async () => {
  const list = join(folder.path, "failed.txt");
  const { arrived } = await folder.standIn({ upload: "hang", jobs: [CANCELLED] });
  await folder.run(["upload", "text", "a.txt", "--failed-list", list], {
    onStart: (child) => void arrived.then(() => child.kill("SIGINT")),
  });
  expect(await readFile(list, "utf8")).toBe("a.txt\n");
});
