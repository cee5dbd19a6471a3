import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, job, type NamedBody, type Started, startProcess, until, untilAlive } from "./fleet.ts";

/** Masters with folders of their own on one database and one bucket. */
const CLI = join(import.meta.dirname, "../../dist/cli/main.js");
const ASYNC = { task: "function", field: "items", headers: { prefer: "respond-async" } };

let postgres: TestPostgres;
let bucket: S3Server;
let folder: string;
const started: Started[] = [];
beforeAll(async () => {
  [postgres, bucket] = await Promise.all([startPostgres(), S3Server.start()]);
  folder = await mkdtemp(join(tmpdir(), "manyhands-masters-"));
  const env = { ...process.env, DATABASE_URL: postgres.url };
  await promisify(execFile)(process.execPath, [CLI, "migrate"], { env });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill("SIGKILL")));
});
afterAll(async () => {
  await Promise.all([postgres.remove(), bucket.end()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function master(name: string, env: Record<string, string> = {}): Promise<Started> {
  const own = { DATA_DIR: join(folder, name, "data"), RESULTS_DIR: join(folder, name, "results") };
  const common = {
    DATABASE_URL: postgres.url,
    POLL_SECONDS: "0.5",
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
    MASTER_PORT: "0",
  };
  return await begun("master", { ...common, ...bucket.variables("shared"), ...own, ...env });
}

async function slave(masters: readonly Started[], env: Record<string, string> = {}): Promise<Started> {
  const urls = masters.map(({ url }) => url).join(",");
  const own = {
    MASTER_URL: urls,
    SLAVE_PORT: "0",
    SLAVE_SLOTS: "1",
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
    ALLOW_FUNCTIONS: "trusted",
  };
  return await begun("slave", { ...own, ...env });
}

async function begun(entry: "master" | "slave", env: Record<string, string>): Promise<Started> {
  const one = await startProcess(entry, env);
  started.push(one);
  return one;
}

/** Files that take so many milliseconds each. */
function waits(count: number, ms: number): NamedBody[] {
  return Array.from({ length: count }, (_, n) => ({ name: `${n}.json`, body: Buffer.from(`[${ms}]`) }));
}

const SLEEP = "(ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); return ms; }";

async function accepted(at: Started, files: readonly NamedBody[]): Promise<string> {
  const answer = await assign(at.url, files, { ...ASYNC, options: { source: SLEEP, mode: "trusted" } });
  expect(answer.status).toBe(202);
  return answer.body.job_id;
}

async function endOf(at: Started, id: string): Promise<JobDetail> {
  return await until("the end of the job", async () => {
    const detail = await job(at.url, id);
    return detail.state !== undefined && isFinal(detail.state) ? detail : undefined;
  });
}

async function someDone(at: Started, id: string): Promise<void> {
  await until("a file that is done", async () =>
    (await job(at.url, id)).counts.done > 0 ? true : undefined,
  );
}

test("a master that is killed leaves its jobs and its slave to the other", { timeout: 120_000 }, async () => {
  const [a, b] = [await master("a"), await master("b")];
  await slave([a, b]);
  await untilAlive(a.url, 1);
  const id = await accepted(a, waits(12, 400));
  await someDone(b, id);

  await a.kill("SIGKILL");
  await untilAlive(b.url, 1);
  const ended = await endOf(b, id);
  expect(ended).toMatchObject({ state: "succeeded", counts: { done: 12 } });
});
