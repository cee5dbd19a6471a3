import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import { type CliRun, runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

const FILES = 400;
let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet();
  await mkdir(join(fleet.folder, "pile"));
  for (let index = 0; index < FILES; index += 1)
    await writeFile(
      join(fleet.folder, "pile", `${index}.txt`),
      `Letter ${index} is a fine letter. `.repeat(400),
    );
});

afterAll(() => fleet?.stop());

function cli(args: readonly string[], stopWhen?: RegExp): Promise<CliRun> {
  return runCli(args, {
    cwd: fleet.folder,
    env: { MASTER_URL: fleet.master.url },
    onStart: (child) =>
      child.stderr?.on("data", (text: string) => {
        if (stopWhen?.test(text)) child.kill("SIGINT");
      }),
  });
}

test("an upload waits for the first slave; interrupted, its job goes on; cancelled, its results are kept and its rest is retried", async () => {
  const upload = cli(["upload", "text", "pile", "--verbose"], /\[1\//);
  await fleet.slave();
  const { code, stderr } = await upload;
  expect(code).toBe(130);
  expect(stderr).toContain("waiting for a slave: start one with manyhands slave");
  const [, id = ""] =
    /Interrupted: job (\w+) goes on at the master, \d+ of 400 files ended\./.exec(stderr) ?? [];
  const cancelled = await cli(["cancel", id]);
  const [, done = ""] = /is cancelled, (\d+) of 400 files done/.exec(cancelled.stdout) ?? [];
  expect(Number(done)).toBeGreaterThan(0);
  expect(Number(done)).toBeLessThan(FILES);

  const fetched = await cli(["results", id, "--out", "fetched"]);
  expect(fetched.code).toBe(0);
  expect(await readdir(join(fleet.folder, "fetched"))).toHaveLength(Number(done));

  const { job_id: again } = JSON.parse((await cli(["retry", id, "--json"])).stdout);
  const ended = await until("the end of the retry", async () => {
    const job: JobDetail = JSON.parse((await cli(["jobs", again, "--json"])).stdout);
    return job.state === "succeeded" ? job : undefined;
  });
  expect(ended.counts).toMatchObject({ total: FILES - Number(done), done: FILES - Number(done) });
  expect((await cli(["cancel", again])).stdout).toContain(`job ${again} had ended already: succeeded`);
});
