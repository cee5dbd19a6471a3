import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { type Answered, assign, job, type NamedBody, type RunningFleet, startFleet, until } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** The commands of docs/deployment.md, "Backup and restore". */
const run = promisify(execFile);

let server: TestPostgres;
let fleet: RunningFleet | undefined;
beforeAll(async () => {
  server = await startPostgres();
});
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});
afterAll(() => server.remove());

test.each(["a file", "PostgreSQL"])(
  "a restored backup has the jobs and results of its time, with the record in %s, and does what had not ended",
  { timeout: 120_000 },
  async (record) => {
    const isDatabase = record !== "a file";
    const env: Record<string, string> = isDatabase ? { DATABASE_URL: server.url } : {};
    if (isDatabase) await migrated(server.url);
    const own = await startFleet(env);
    fleet = own;
    const { folder } = own;
    const slave = await own.slave();
    await own.alive(1);
    const ended = await sent(own, ["first.txt", "second.txt"]);
    await slave.kill("SIGTERM");
    const waiting = await sent(own, ["third.txt"], { prefer: "respond-async" });
    await own.master.kill("SIGTERM");

    await run("tar", [
      "-C",
      folder,
      "-czf",
      join(folder, "backup.tar.gz"),
      "data/master",
      "processed_results",
    ]);
    const dump = join(folder, "record.dump");
    if (isDatabase) await run("pg_dump", ["-Fc", "-n", "manyhands", "-f", dump, server.url]);

    await own.restartMaster();
    const later = await sent(own, ["later.txt"], { prefer: "respond-async" });
    await own.master.kill("SIGKILL");
    await rm(join(folder, "data/master"), { recursive: true });
    await rm(own.results, { recursive: true });
    await run("tar", ["-C", folder, "-xzpf", join(folder, "backup.tar.gz")]);
    if (isDatabase) await run("pg_restore", ["--clean", "--if-exists", "-d", server.url, dump]);
    await own.restartMaster();

    const { url } = own.master;
    expect(await job(url, ended.body.job_id)).toMatchObject({ state: "succeeded", counts: { done: 2 } });
    for (const name of ["first", "second"])
      expect((await fetch(`${url}/results/text/${name}_analysis.json`)).status).toBe(200);
    expect((await fetch(`${url}/jobs/${later.body.job_id}`)).status).toBe(404);
    await own.slave();
    await until("the end of the job", async () => {
      const { state } = await job(url, waiting.body.job_id);
      return state === "succeeded" ? true : undefined;
    });
    expect((await fetch(`${url}/results/text/third_analysis.json`)).status).toBe(200);
  },
);

async function sent(
  { master }: RunningFleet,
  names: readonly string[],
  headers: Record<string, string> = {},
): Promise<Answered> {
  const files: NamedBody[] = names.map((name) => ({ name, body: Buffer.from(`A fine day for ${name}.`) }));
  return await assign(master.url, files, { task: "text", headers });
}
