import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { type Answered, assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

const CLI = join(import.meta.dirname, "../../dist/cli/main.js");

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

test("a master on PostgreSQL needs its tables, works alone, and goes on after crashes of the server and of itself", {
  timeout: 120_000,
}, async () => {
  const env = { DATABASE_URL: server.url };
  await expect(startFleet(env)).rejects.toThrow("Run: manyhands migrate");
  expect(await migrate()).toBe("The schema of the database went from version 0 to 1.\n");
  expect(await migrate()).toBe("The schema of the database had version 1 already.\n");

  fleet = await startFleet(env);
  const { master } = fleet;
  await expect(startFleet(env)).rejects.toThrow("Another master works with this database");
  await fleet.slave();
  await fleet.alive(1);
  const first = await assign(master.url, texts(3), { task: "text" });
  expect(first).toMatchObject({ status: 200, body: { total_files_processed: 3 } });

  const accepted = await assign(master.url, texts(200), {
    task: "text",
    headers: { prefer: "respond-async" },
  });
  expect(accepted.status).toBe(202);
  await server.crash();
  const refused = await assign(master.url, texts(1), { task: "text" });
  expect(refused).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
  expect(refused.headers.get("retry-after")).not.toBeNull();
  await server.start();
  await succeeded(accepted, 200);

  const last = await assign(master.url, texts(200), { task: "text", headers: { prefer: "respond-async" } });
  await master.kill("SIGKILL");
  await fleet.restartMaster();
  await succeeded(last, 200);
  expect(await job(fleet.master.url, first.body.job_id)).toMatchObject({ state: "succeeded" });
});

async function succeeded({ body: { job_id: id } }: Answered, files: number): Promise<void> {
  const detail = await until("the end of the job", async () => {
    const now = await job(fleet?.master.url ?? "", id);
    return isFinal(now.state) ? now : undefined;
  });
  expect(detail).toMatchObject({ state: "succeeded", counts: { total: files, done: files } });
}

function texts(count: number) {
  return Array.from({ length: count }, (_, n) => ({ name: `${n}.txt`, body: Buffer.from(`Text ${n}.`) }));
}

async function migrate(): Promise<string> {
  const env = { ...process.env, DATABASE_URL: server.url };
  return (await promisify(execFile)(process.execPath, [CLI, "migrate"], { env })).stdout;
}
