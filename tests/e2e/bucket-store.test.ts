import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import {
  assign,
  fixture,
  job,
  type NamedBody,
  post,
  type RunningFleet,
  startFleet,
  startProcess,
  until,
} from "./fleet.ts";

/** Masters with a bucket as their store. */
let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.end());

let fleet: RunningFleet;
afterEach(() => fleet?.stop());

const ASYNC = { headers: { prefer: "respond-async" } };
const PAGES = 4;
const PARTS = 40;

test("a master that is killed in the middle of a job does it to its end, and every result is fetched", {
  timeout: 180_000,
}, async () => {
  fleet = await startFleet(server.variables("killed"));
  await fleet.slave();
  await fleet.alive(1);
  const { body } = await assign(fleet.master.url, await pages(), { task: "ocr", field: "images", ...ASYNC });
  await until("some pages", async () => ((await counts(body.job_id)).done > 0 ? true : undefined));
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  const ended = await endOf(body.job_id);
  expect(ended).toMatchObject({ state: "succeeded", counts: { total: PAGES, done: PAGES } });
  await expectResults(ended);
  for (const { saved_as } of ended.files) {
    const name = saved_as?.split("/").at(-1) ?? "";
    const named = await readFile(join(server.folder, "killed/results/ocr", `${name}._S3rver_object`));
    expect(named.equals(await readFile(join(fleet.results, "ocr", name)))).toBe(true);
  }
  await expect(access(join(fleet.folder, "data/master/spool"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("while the server is away uploads get 503 with Retry-After, and no accepted file is lost", {
  timeout: 180_000,
}, async () => {
  fleet = await startFleet({ ...server.variables("away"), SLAVE_SILENCE_SECONDS: "6" });
  const send = (files: NamedBody[]) =>
    post(fleet.master.url, files, { task: "text", field: "texts", ...ASYNC });
  const ids: string[] = [];
  for (const files of [texts(), [long()]])
    ids.push(((await (await send(files)).json()) as { job_id: string }).job_id);
  await server.kill();
  try {
    await fleet.slave({ SLAVE_SLOTS: "2" });
    const refused = await send(texts());
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([503, true]);
    expect(await refused.json()).toMatchObject({ code: "store_unavailable" });
    // Longer than the master waits for one answer of the server.
    await sleep(8_000);
    for (const id of ids) expect(await counts(id)).toMatchObject({ done: 0, failed: 0 });
  } finally {
    await server.start();
  }
  for (const id of ids) {
    const ended = await endOf(id);
    expect(ended.files.filter(({ state }) => state !== "done")).toEqual([]);
    await expectResults(ended);
  }
  expect(fleet.master.log.join("")).not.toContain("the slave rests before it gets more work");
  expect((await assign(fleet.master.url, texts(), { task: "text", field: "texts" })).status).toBe(200);
});

test("a server that stops in the middle of a job is told on /readyz, refuses new jobs, and the job goes on by itself", {
  timeout: 180_000,
}, async () => {
  fleet = await startFleet({ ...server.variables("stopped"), SLAVE_SILENCE_SECONDS: "6" });
  await fleet.slave();
  await fleet.alive(1);
  const { body } = await assign(fleet.master.url, await pages(), { task: "ocr", field: "images", ...ASYNC });
  await until("a page", async () => ((await counts(body.job_id)).done > 0 ? true : undefined));
  await server.kill();
  try {
    const away = await until("trouble", async () => {
      const answer = await fetch(`${fleet.master.url}/readyz`);
      return answer.status === 503 ? ((await answer.json()) as unknown) : undefined;
    });
    const message = "The store does not answer. Send the request again.";
    expect(away).toEqual({ status: "store_away", slaves: 1, store: { code: "store_unavailable", message } });
    const asked = Date.now();
    const refused = await post(fleet.master.url, texts(), { task: "text", field: "texts", ...ASYNC });
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([503, true]);
    expect(Date.now() - asked).toBeLessThan(2_000);
    await sleep(3_000);
    expect(fleet.master.process.exitCode).toBeNull();
    expect(isFinal((await job(fleet.master.url, body.job_id)).state)).toBe(false);
  } finally {
    await server.start();
  }
  const ended = await endOf(body.job_id);
  expect(ended).toMatchObject({ state: "succeeded", counts: { total: PAGES, done: PAGES, failed: 0 } });
  await expectResults(ended);
  const ready = async () => ((await fetch(`${fleet.master.url}/readyz`)).ok ? true : undefined);
  expect(await until("the end of the trouble", ready)).toBe(true);
});

test("a purge leaves nothing of the job in the bucket", async () => {
  fleet = await startFleet(server.variables("purged"));
  await fleet.slave();
  await fleet.alive(1);
  const { body } = await assign(fleet.master.url, [...texts(), long()], { task: "text", field: "texts" });
  expect(body.files.every(({ state }) => state === "done")).toBe(true);
  const left = () => server.objects("purged/");
  expect((await left()).length).toBeGreaterThan(0);
  await fetch(`${fleet.master.url}/jobs/${body.job_id}?purge=true`, { method: "DELETE" });
  expect(await left()).toEqual([]);
});

test("a wrong key and a bucket that does not exist are told at the start, without the secret", async () => {
  const wrong = { ...server.variables("wrong"), STORE_ACCESS_KEY: "unknown", STORE_SECRET_KEY: "hunter2" };
  const told = await refusalOf({ ...ownFolders("wrong"), ...wrong });
  expect(told).toMatch(/refuses access\. Check STORE_ACCESS_KEY and STORE_SECRET_KEY/);
  expect(told).not.toMatch(/hunter2/);
  const missing = { ...ownFolders("missing"), ...server.variables("x", "nothing-here") };
  expect(await refusalOf(missing)).toMatch(/The bucket nothing-here .* does not exist/);
});

async function refusalOf(env: Record<string, string>): Promise<string> {
  try {
    await (await startProcess("master", env)).kill("SIGKILL");
  } catch (error) {
    return String(error);
  }
  throw new Error("the master started");
}

function ownFolders(name: string): Record<string, string> {
  const folder = join(server.folder, "..", name);
  return { DATA_DIR: join(folder, "data"), RESULTS_DIR: join(folder, "results"), MASTER_PORT: "0" };
}

async function pages(): Promise<NamedBody[]> {
  const body = await fixture("ocr/small-print.png");
  return Array.from({ length: PAGES }, (_, n) => ({ name: `page-${n}.png`, body }));
}

function texts(): NamedBody[] {
  return Array.from({ length: PARTS }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from(`A good day, ${n}.`),
  }));
}

/** Large enough to lie alone. */
function long(): NamedBody {
  return { name: "long.txt", body: Buffer.from("A good day. ".repeat(40_000)) };
}

async function counts(id: string) {
  return (await job(fleet.master.url, id)).counts;
}

async function endOf(id: string): Promise<JobDetail> {
  return await until("the end of the job", async () => {
    const detail = await job(fleet.master.url, id);
    return isFinal(detail.state) ? detail : undefined;
  });
}

/** Each result is the same in the folder, by its name and by its job. */
async function expectResults({ id, task_type, files }: JobDetail): Promise<void> {
  for (const { saved_as } of files) {
    const name = saved_as?.split("/").at(-1) ?? "";
    const placed = await readFile(join(fleet.results, task_type, name));
    for (const path of [`/results/${task_type}/${name}`, `/jobs/${id}/results/${name}`]) {
      const answer = await fetch(`${fleet.master.url}${path}`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(placed), path).toBe(true);
    }
  }
}
