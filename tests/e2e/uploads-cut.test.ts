import { createHash, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CuttingProxy } from "../fixtures/cuttingProxy.ts";
import { runCli } from "../standin/runCli.ts";
import { job, type RunningFleet, startFleet, until } from "./fleet.ts";

const MB = 2 ** 20;
/** Files above 64 MB are sent in several requests. */
const LARGE = 100 * MB + 7;
const SLOW_MS = 240_000;

/** A master without slaves: jobs wait. */
let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
  await mkdir(join(fleet.folder, "pile"));
});
afterAll(() => fleet?.stop());

async function sha256Of(name: string, bytes: number): Promise<string> {
  const content = randomBytes(bytes);
  await writeFile(join(fleet.folder, "pile", name), content);
  return createHash("sha256").update(content).digest("hex");
}

test(
  "a large file between small ones arrives whole through a connection that is cut ten times, and is not sent twice",
  async () => {
    const sums = [
      await sha256Of("a.txt", 10),
      await sha256Of("b.txt", LARGE),
      await sha256Of("c.txt", 200_000),
    ];
    const proxy = await CuttingProxy.start(fleet.master.port, { after: 8 * MB, times: 10 });
    const run = await runCli(["upload", "text", "pile", "--detach", "--json"], {
      cwd: fleet.folder,
      env: { MASTER_URL: proxy.url },
    });
    proxy.end();
    expect({ code: run.code, stderr: run.stderr.slice(-500) }).toMatchObject({ code: 0 });
    expect(proxy.cuts).toBe(10);
    const { files } = await job(fleet.master.url, (JSON.parse(run.stdout) as { job_id: string }).job_id);
    expect(files.map(({ filename, sha256 }) => [filename, sha256])).toEqual([
      ["a.txt", sums[0]],
      ["b.txt", sums[1]],
      ["c.txt", sums[2]],
    ]);
    // What a cut loses is in buffers between client and master.
    expect(proxy.bytes).toBeLessThan(1.5 * LARGE);
  },
  SLOW_MS,
);

test(
  "a large file goes on after a SIGKILL of the master in its middle",
  async () => {
    const sum = await sha256Of("killed.txt", LARGE);
    const proxy = await CuttingProxy.start(fleet.master.port, { after: 0, times: 0 });
    const running = runCli(["upload", "text", "pile/killed.txt", "--detach", "--json"], {
      cwd: fleet.folder,
      env: { MASTER_URL: proxy.url },
    });
    await until("a part of the file", async () => (proxy.bytes > 70 * MB ? true : undefined));
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    const run = await running;
    proxy.end();
    expect({ code: run.code, stderr: run.stderr.slice(-500) }).toMatchObject({ code: 0 });
    const { files } = await job(fleet.master.url, (JSON.parse(run.stdout) as { job_id: string }).job_id);
    expect(files.map(({ sha256 }) => sha256)).toEqual([sum]);
    expect(proxy.bytes).toBeLessThan(2 * LARGE);
  },
  SLOW_MS,
);
