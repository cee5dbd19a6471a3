import { mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobView } from "../../shared/contract/jobs.ts";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet } from "./fleet.ts";

const FILES = 200;
const BADGE = join(import.meta.dirname, "../../examples/files/badge.png");
/** The master starts twice on a machine that may be busy; the limit only prevents hanging. */
const SLOW_MS = 180_000;

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  await mkdir(join(fleet.folder, "pile"));
  for (let index = 0; index < FILES; index += 1)
    await writeFile(join(fleet.folder, "pile", `${index}.txt`), `Letter ${index} is fine. `.repeat(300));
});

afterAll(() => fleet?.stop());

/** Runs an upload, and kills and restarts the master when standard error has the pattern. */
async function uploadOver(args: readonly string[], when: RegExp): Promise<CliRun> {
  let restarted: Promise<unknown> | undefined;
  const run = await runCli(["upload", ...args], {
    cwd: fleet.folder,
    env: { MASTER_URL: fleet.master.url },
    onStart: (child) =>
      child.stderr?.on("data", (text: string) => {
        if (when.test(text)) restarted ??= restart();
      }),
  });
  await restarted;
  return run;
}

async function restart(): Promise<void> {
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
}

async function jobs(): Promise<readonly JobView[]> {
  const answer = await fetch(`${fleet.master.url}/jobs`);
  return ((await answer.json()) as { readonly jobs: readonly JobView[] }).jobs;
}

test(
  "a master that is killed and started again while an upload is followed: each file is told of once, and fetched",
  async () => {
    const run = await uploadOver(["text", "pile", "--verbose", "--out", "out"], /\[5\//);
    expect({ code: run.code, stderr: run.stderr.slice(-500) }).toMatchObject({ code: 0 });
    expect(run.stderr).toContain("Trying again.");
    expect(run.stderr.match(/^\[\d+\/200\] done /gm)).toHaveLength(FILES);
    expect(await readdir(join(fleet.folder, "out"))).toHaveLength(FILES);
  },
  SLOW_MS,
);

test(
  "a master that is killed and started again while an upload is sent: the files are sent again, and make one job",
  async () => {
    // It is no picture, so that it takes long to send and fails at once.
    const large = join(fleet.folder, "large.png");
    await writeFile(large, "");
    await truncate(large, 150_000_000);
    const before = (await jobs()).length;
    const run = await uploadOver(["image", "large.png", BADGE], /sending/);
    expect({ code: run.code, stdout: run.stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("1 file done, 1 failed"),
    });
    expect(run.stderr).toContain("Trying again.");
    expect((await jobs()).length).toBe(before + 1);
  },
  SLOW_MS,
);
