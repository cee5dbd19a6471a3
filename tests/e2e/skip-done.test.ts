import { spawn } from "node:child_process";
import { mkdir, readdir, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JobDetail, JobView } from "../../shared/contract/jobs.ts";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

/** Each test starts the command line several times on a machine that may be busy; the limit only prevents hanging. */
const SLOW_MS = 180_000;
const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");

let fleet: RunningFleet;
let pile: string;
let tests = 0;

beforeAll(async () => {
  fleet = await startFleet({ MAX_FILE_BYTES: "200KB" });
  await fleet.slave();
  await fleet.alive(1);
});

afterAll(() => fleet?.stop());

beforeEach(async () => {
  tests += 1;
  pile = join(fleet.folder, `pile-${tests}`);
  await mkdir(pile);
});

/** Files that were modified some time ago, as those of a user. */
async function files(named: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(named)) {
    await writeFile(join(pile, name), text);
    await age(name, 60);
  }
}

async function age(name: string, seconds: number): Promise<void> {
  const time = new Date(Date.now() - seconds * 1_000);
  await utimes(join(pile, name), time, time);
}

function environment(): Record<string, string> {
  return { MASTER_URL: fleet.master.url, XDG_STATE_HOME: join(fleet.folder, "state") };
}

/** `upload text <pile> --skip-done` */
function upload(args: readonly string[] = [], onText: Parameters<typeof runCli>[1] = {}): Promise<CliRun> {
  const all = ["upload", "text", pile, "--skip-done", ...args];
  return runCli(all, { cwd: fleet.folder, env: environment(), ...onText });
}

/** The jobs that have files of this test, oldest first. */
async function jobs(): Promise<readonly JobView[]> {
  const answer = await fetch(`${fleet.master.url}/jobs?limit=500&q=file:t${tests}-`);
  return ((await answer.json()) as { readonly jobs: readonly JobView[] }).jobs.toReversed();
}

/** Names of the files that each job got. */
async function sent(): Promise<readonly (readonly string[])[]> {
  const all: string[][] = [];
  for (const { id } of await jobs()) {
    const detail = (await (await fetch(`${fleet.master.url}/jobs/${id}`)).json()) as JobDetail;
    all.push(detail.files.map(({ filename }) => filename.replace(`t${tests}-`, "")).toSorted());
  }
  return all;
}

const named = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`t${tests}-${name}`, `A fine letter ${name}.`]));

describe("upload --skip-done", () => {
  test(
    "sends a file again when it failed or its content has changed, and no other",
    async () => {
      await files({ ...named("a.txt", "b.txt"), [`t${tests}-binary.txt`]: "no\0text" });
      const first = await upload();
      expect(first).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("2 files done in 1 job, 1 not done"),
      });
      await age(`t${tests}-a.txt`, 30);
      await files({ [`t${tests}-b.txt`]: "A fine letter B.txt.", ...named("c.txt") });
      const second = await upload();
      expect(second.stdout).toContain("2 files done in 1 job, 1 not done, 1 done before");
      await files({ [`t${tests}-binary.txt`]: "no longer" });
      expect(await upload()).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("1 file done in 1 job, 3 done before"),
      });
      expect(await upload()).toMatchObject({
        code: 0,
        stdout: "0 files done in 0 jobs, 4 done before\n",
        stderr: expect.stringContaining("The files that are done are in "),
      });
      expect(await sent()).toEqual([
        ["a.txt", "b.txt", "binary.txt"],
        ["b.txt", "binary.txt", "c.txt"],
        ["binary.txt"],
      ]);
    },
    SLOW_MS,
  );

  test(
    "a command that is killed, and its master too, comes back to the job: no file is sent or fetched twice",
    async () => {
      const names = Array.from({ length: 300 }, (_, index) => `${index}.txt`);
      const letters = names.map((name) => [`t${tests}-${name}`, `A fine letter ${name}. `.repeat(400)]);
      await files(Object.fromEntries(letters));
      const killed = spawn(process.execPath, [MAIN, "upload", "text", pile, "--skip-done", "--out", "out"], {
        cwd: fleet.folder,
        env: { ...process.env, ...environment() },
      });
      await until("some results", async () => {
        const [job] = await jobs();
        return (job?.counts.done ?? 0) > 20 ? true : undefined;
      });
      killed.kill("SIGKILL");
      await fleet.master.kill("SIGKILL");
      await fleet.restartMaster();
      const again = await upload(["--out", "out"]);
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("done") });
      expect((await sent()).map((job) => job.length)).toEqual([300]);
      const there = await readdir(join(fleet.folder, "out"));
      expect(there.filter((name) => !name.endsWith(".part"))).toHaveLength(300);
      const third = await upload(["--out", "out"]);
      expect(third.stdout).toBe("0 files done in 0 jobs, 300 done before\n");
    },
    SLOW_MS,
  );

  test(
    "Ctrl-C says what is under way, and the same command comes back to it",
    async () => {
      const names = Array.from({ length: 400 }, (_, index) => `${index}.txt`);
      await files(
        Object.fromEntries(names.map((name) => [`t${tests}-${name}`, "Fine letters. ".repeat(700)])),
      );
      const onStart: NonNullable<Parameters<typeof runCli>[1]>["onStart"] = (child) =>
        child.stderr?.on("data", (text: string) => /\[1\//.test(text) && child.kill("SIGINT"));
      const { code, stderr } = await upload(["--verbose"], { onStart });
      expect(code).toBe(130);
      expect(stderr).toMatch(
        /Interrupted: 1 job goes on at the master \(\w{26}\), \d+ of 400 files ended\.\n/,
      );
      expect(stderr).toContain("The same command goes on where this one ended");
      expect((await upload()).code).toBe(0);
      expect((await sent()).map((job) => job.length)).toEqual([400]);
    },
    SLOW_MS,
  );

  test(
    "a file counts as done when its result was fetched",
    async () => {
      await files(named("a.txt"));
      const out = join(fleet.folder, "blocked");
      await writeFile(out, "a file, no folder");
      const first = await upload(["--out", out]);
      expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining("cannot_save") });
      await unlink(out);
      expect((await upload(["--out", out])).code).toBe(0);
      expect(await readdir(out)).toEqual([`t${tests}-a_analysis.json`]);
    },
    SLOW_MS,
  );

  test(
    "a file that the master does not take holds up no other; --json has a line for each job and the counts",
    async () => {
      await files({ ...named("a.txt", "b.txt", "c.txt"), [`t${tests}-large.txt`]: "large ".repeat(50_000) });
      const { code, stdout } = await upload(["--json"]);
      expect(code).toBe(1);
      const documents = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(documents.at(-1)).toMatchObject({ done: 3, not_done: 1, skipped: 0, left_out: { count: 0 } });
      const refused = documents.flatMap(({ unreadable = [] }) => unreadable);
      expect(refused).toMatchObject([{ path: expect.stringContaining("large.txt"), code: "too_large" }]);
      expect((await sent()).flat()).toEqual(["a.txt", "b.txt", "c.txt"]);
    },
    SLOW_MS,
  );

  test("what goes into one job, or has no time, is refused", async () => {
    await files(named("a.txt"));
    const run = (...args: readonly string[]) =>
      runCli(["upload", ...args, "--skip-done"], { cwd: fleet.folder, env: environment() });
    const cases = [
      [["mean", pile], "computes over all files of a job"],
      [["text", "-"], "Standard input cannot be sent"],
      [["text", pile, "--detach"], "cannot tell which files are done"],
      [["text", pile, "--failed-list", "x"], "--skip-done sends failed files again"],
    ] as const;
    for (const [args, told] of cases)
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  });

  test(
    "several thousand files go in several jobs, each file once",
    async () => {
      await files(named(...Array.from({ length: 2_100 }, (_, index) => `${index}.txt`)));
      const { code, stdout } = await upload();
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("2100 files done in 3 jobs"),
      });
      expect(new Set((await sent()).flat()).size).toBe(2_100);
    },
    SLOW_MS,
  );
});
