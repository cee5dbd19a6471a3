import type { ChildProcess } from "node:child_process";
import { appendFile, copyFile, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JobDetail, JobView } from "../../shared/contract/jobs.ts";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

/** The machine may be busy; the limit only prevents hanging. */
const SLOW_MS = 180_000;
const BADGE = join(import.meta.dirname, "../../examples/files/badge.png");

let fleet: RunningFleet;
let slave: Started;
let inbox: string;
let tests = 0;

beforeAll(async () => {
  fleet = await startFleet();
  slave = await fleet.slave();
  await fleet.alive(1);
});

afterAll(() => fleet?.stop());

beforeEach(async () => {
  tests += 1;
  inbox = join(fleet.folder, `inbox-${tests}`);
  await mkdir(join(inbox, "deep"), { recursive: true });
});

interface Watching {
  readonly child: ChildProcess;
  readonly run: Promise<CliRun>;
  /** What it has written by now. */
  readonly text: () => string;
}

/** `upload <task> --watch <inbox>` */
async function watch(task: string, args: readonly string[] = []): Promise<Watching> {
  let text = "";
  const child = await new Promise<{ readonly process: ChildProcess; readonly run: Promise<CliRun> }>(
    (resolve) => {
      const run = runCli(["upload", task, "--watch", inbox, "--settle", "1", ...args], {
        cwd: fleet.folder,
        env: { MASTER_URL: fleet.master.url, XDG_STATE_HOME: join(fleet.folder, "state") },
        onStart: (process) => {
          for (const stream of [process.stdout, process.stderr])
            stream?.on("data", (chunk: string) => {
              text += chunk;
            });
          setImmediate(() => resolve({ process, run }));
        },
      });
    },
  );
  return { child: child.process, run: child.run, text: () => text };
}

async function stopped({ child, run }: Watching, signal: NodeJS.Signals = "SIGINT"): Promise<CliRun> {
  child.kill(signal);
  return await run;
}

const letter = (name: string) => join(inbox, `t${tests}-${name}`);

/** Names of the files that were sent, once for each time. */
async function sent(): Promise<readonly string[]> {
  const answer = await fetch(`${fleet.master.url}/jobs?limit=500&q=file:t${tests}-`);
  const { jobs } = (await answer.json()) as { readonly jobs: readonly JobView[] };
  const names: string[] = [];
  for (const { id } of jobs) {
    const detail = (await (await fetch(`${fleet.master.url}/jobs/${id}`)).json()) as JobDetail;
    names.push(...detail.files.map(({ path, filename }) => (path ?? filename).replace(`t${tests}-`, "")));
  }
  return names.toSorted();
}

/** Resolves when a result of each of these files, and of no other, is there. */
async function untilFetched(out: string, ...names: readonly string[]): Promise<void> {
  await until(`results of ${names.join()}`, async () => {
    const there = await readdir(join(fleet.folder, out), { recursive: true });
    const results = there.filter((name) => /\.(json|png)$/.test(name) && !/^\./.test(name));
    return names.every((name) => results.includes(name)) ? true : undefined;
  });
}

describe("upload --watch", () => {
  test(
    "sends files as they come and stop growing, and says at Ctrl-C what is under way",
    async () => {
      await writeFile(letter("first.txt"), "A fine letter.");
      const watching = await watch("text", ["--out", `out-${tests}`]);
      const out = `out-${tests}`;
      await untilFetched(out, `t${tests}-first_analysis.json`);
      await writeFile(letter("notes.tmp"), "unfinished");
      await writeFile(join(inbox, `.t${tests}-hidden.txt`), "hidden");
      for (let part = 0; part < 12; part += 1) {
        await appendFile(letter("growing.txt"), `Part ${part}. `);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await writeFile(join(inbox, "deep", `t${tests}-deep.txt`), "A deep letter.");
      await rename(letter("notes.tmp"), letter("notes.txt"));
      await untilFetched(out, `t${tests}-growing_analysis.json`, `t${tests}-notes_analysis.json`);
      await untilFetched(out, `deep/t${tests}-deep_analysis.json`);
      expect(await sent()).toEqual(["deep/deep.txt", "first.txt", "growing.txt", "notes.txt"]);
      const { code, stderr, stdout } = await stopped(watching);
      expect(code).toBe(130);
      expect(stdout).toContain("4 files done in ");
      expect(stderr).toContain("manyhands: Interrupted: no job is under way.");
    },
    SLOW_MS,
  );

  test(
    "with --skip-done a start of the command sends nothing twice, also where the master was away",
    async () => {
      const out = `out-${tests}`;
      const args = ["--skip-done", "--out", out];
      await writeFile(letter("a.txt"), "A fine letter.");
      const first = await watch("text", args);
      await untilFetched(out, `t${tests}-a_analysis.json`);
      await fleet.master.kill("SIGKILL");
      await writeFile(letter("b.txt"), "Another letter.");
      await until("a note about the master", async () =>
        /Trying again/.test(first.text()) ? true : undefined,
      );
      await fleet.restartMaster();
      await untilFetched(out, `t${tests}-b_analysis.json`);
      await stopped(first, "SIGKILL");
      await writeFile(letter("c.txt"), "A third letter.");
      const second = await watch("text", args);
      await untilFetched(out, `t${tests}-c_analysis.json`);
      expect(await sent()).toEqual(["a.txt", "b.txt", "c.txt"]);
      const { stdout } = await stopped(second, "SIGTERM");
      // The job of the killed command may have to be followed to its end.
      expect(stdout).toMatch(/^[12] files? done in [12] jobs?, [12] done before$/m);
      expect(await readdir(join(fleet.folder, out))).toHaveLength(3);
    },
    SLOW_MS,
  );

  test(
    "results in the watched folder are not sent; a file that changes is sent again",
    async () => {
      await copyFile(BADGE, letter("badge.png"));
      const out = `inbox-${tests}/results`;
      const watching = await watch("image", ["--out", out]);
      await untilFetched(out, `processed_t${tests}-badge.png`);
      await writeFile(letter("badge.png"), "no picture");
      await until("the failure", async () => (/wrong_type/.test(watching.text()) ? true : undefined));
      expect(await sent()).toEqual(["badge.png", "badge.png"]);
      expect((await stopped(watching)).code).toBe(130);
    },
    SLOW_MS,
  );

  test(
    "a file that changes while it is under way is sent again",
    async () => {
      // No slave: the first job does not end.
      await slave.kill("SIGTERM");
      await writeFile(letter("a.txt"), "A fine letter.");
      const watching = await watch("text", ["--skip-done"]);
      const untilSent = (times: number) =>
        until(`${times} jobs`, async () => ((await sent()).length === times ? true : undefined));
      await untilSent(1);
      await writeFile(letter("a.txt"), "Another letter.");
      await untilSent(2);
      const { stderr } = await stopped(watching);
      expect(stderr).toMatch(/Interrupted: 2 jobs go on at the master \(\w+, \w+\), 0 of 2 files ended\./);
    },
    SLOW_MS,
  );

  test("arguments that make no sense are refused", async () => {
    const run = (...args: readonly string[]) =>
      runCli(["upload", "text", ...args], { cwd: fleet.folder, env: { MASTER_URL: fleet.master.url } });
    const cases = [
      [["--watch", inbox, inbox], "leave out the other paths"],
      [["--watch", "nowhere"], "there is no folder nowhere"],
      [["--watch", inbox, "--out", inbox], "another folder"],
      [[inbox, "--settle", "3"], "--settle is for --watch"],
    ] as const;
    for (const [args, told] of cases)
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  });
});
