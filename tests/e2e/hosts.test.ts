import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { makeHosts, type TestHost, type TestHosts } from "../fixtures/hosts.ts";
import { assign, job, type Started, startProcess, until, untilAlive } from "./fleet.ts";

/** A master and two slaves on three hosts with addresses of their own, whose cables are pulled. */
const TOKENS = { FLEET_TOKEN: "fleet-secret", LOG_LEVEL: "warn" };

let hosts: TestHosts;
let folder: string;
let masterHost: TestHost;
let nearHost: TestHost;
let farHost: TestHost;
let master: Started;
const started: Started[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-hosts-"));
  hosts = await makeHosts(77);
  [masterHost, nearHost, farHost] = [await hosts.add(), await hosts.add(), await hosts.add()];
  master = await begun("master", masterHost, {
    MASTER_HOST: "0.0.0.0",
    MASTER_PORT: "5000",
    ALLOW_ANONYMOUS: "true",
    ALLOWED_HOSTS: masterHost.address,
    DATA_DIR: join(folder, "data"),
    RESULTS_DIR: join(folder, "results"),
    POLL_SECONDS: "0.5",
  });
  master = { ...master, url: `http://${masterHost.address}:5000` };
  await slave(nearHost, "near", { SLAVE_HOST: nearHost.address });
  await slave(farHost, "far", { SLAVE_CONNECT: "out" });
  await untilAlive(master.url, 2);
}, 120_000);
afterAll(async () => {
  await Promise.all(started.map((one) => one.kill("SIGKILL")));
  await hosts.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function begun(
  entry: "master" | "slave",
  host: TestHost,
  env: Record<string, string>,
): Promise<Started> {
  const one = await startProcess(entry, { ...TOKENS, ...env }, { host });
  started.push(one);
  return one;
}

async function slave(host: TestHost, name: string, env: Record<string, string>): Promise<Started> {
  const own = { SLAVE_NAME: name, SLAVE_SLOTS: "1", DATA_DIR: join(folder, name), MASTER_URL: master.url };
  return await begun("slave", host, { ...own, ...env });
}

/** A job of texts that is under way. */
async function accepted(files: number): Promise<string> {
  const texts = Array.from({ length: files }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from(`Text ${n}.`),
  }));
  const { status, body } = await assign(master.url, texts, {
    task: "text",
    headers: { prefer: "respond-async" },
  });
  expect(status).toBe(202);
  return body.job_id;
}

async function succeeded(id: string, files: number): Promise<void> {
  const ended = await until("the end of the job", async () => {
    const now = await job(master.url, id);
    return now.ended_at === undefined ? undefined : now;
  });
  expect(ended).toMatchObject({ state: "succeeded", counts: { total: files, done: files } });
}

async function stateOf(name: string): Promise<string | undefined> {
  const { slaves } = (await (await fetch(`${master.url}/slaves`)).json()) as { slaves: SlaveView[] };
  return slaves.find((one) => one.name === name)?.state;
}

test.each(["near", "far"])(
  "the slave %s is cut off in the middle of a job, which ends without it, and comes back",
  {
    timeout: 180_000,
  },
  async (name) => {
    const host = name === "near" ? nearHost : farHost;
    const id = await accepted(300);
    await until("a result", async () => ((await job(master.url, id)).counts.done > 0 ? true : undefined));
    await host.cutOff();
    await until("its loss", async () => ((await stateOf(name)) === "lost" ? true : undefined));
    await succeeded(id, 300);
    await host.mend();
    await untilAlive(master.url, 2);
    await succeeded(await accepted(20), 20);
  },
);

test("the master is cut off from all in the middle of a job, and goes on when it is back", {
  timeout: 180_000,
}, async () => {
  const id = await accepted(300);
  await masterHost.cutOff();
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await masterHost.mend();
  await untilAlive(master.url, 2);
  await succeeded(id, 300);
});
