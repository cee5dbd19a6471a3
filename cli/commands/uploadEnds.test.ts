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
] as const)(
  "%s: %i, the job is cancelled, and a sentence says what became of it",
  async (signal, expected) => {
    const { left, requests } = await folder.standIn({ upload: "stall", jobs: [CANCELLED] });
    const { code, stderr } = await interrupted(signal);
    expect(code).toBe(expected);
    await left;
    expect(requests).toContain("DELETE /jobs/JOB1");
    expect(stderr).toBe(
      "sending 1 file, 3 bytes\n[1/1] done a.txt\n" +
        "manyhands: Interrupted: job JOB1 was cancelled after 2 of 84 files.\n" +
        "The 2 results are kept. manyhands retry JOB1 processes the other 82 files.\n",
    );
  },
);

test("--timeout says the same: exit 4", async () => {
  await folder.standIn({ upload: "hang", jobs: [CANCELLED] });
  const { code, stdout } = await folder.run(["upload", "text", "a.txt", "--timeout", "4", "--json"]);
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    code: "timed_out",
    error: "Not done within 4 seconds, as --timeout asked: job JOB1 was cancelled after 2 of 84 files.",
    job_id: "JOB1",
  });
});

test("a job that had ended when the signal came is not called cancelled", async () => {
  await folder.standIn({ upload: "stall", jobs: [jobView()] });
  const { stderr } = await interrupted("SIGINT");
  expect(stderr).toContain("Interrupted: job JOB1 had ended already (partial, 2 of 3 files done).");
  expect(stderr).toContain("manyhands results JOB1 --out <dir> fetches its results.");
});

test("a master that no longer answers: the sentence promises nothing", async () => {
  await folder.standIn({ upload: "stall" });
  const { stderr } = await interrupted("SIGINT");
  expect(stderr).toContain(
    "Interrupted: the connection is closed, and the master cancels job JOB1 when it notices.",
  );
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
