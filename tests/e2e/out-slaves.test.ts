import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openGate } from "../fixtures/engines/gate.ts";
import { runCli } from "../standin/runCli.ts";
import { assign, job, type NamedBody, post, type RunningFleet, startFleet, until } from "./fleet.ts";

const OUT = { SLAVE_CONNECT: "out" };
const TLS = join(import.meta.dirname, "../fixtures/tls");

let fleet: RunningFleet | undefined;

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

async function started(env: Record<string, string> = {}): Promise<RunningFleet> {
  fleet = await startFleet(env);
  return fleet;
}

function texts(count: number): NamedBody[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${index}.txt`,
    body: Buffer.from(`This is text number ${index}.`),
  }));
}

/** The id of a job that was accepted. */
async function accepted({ master }: RunningFleet, files: readonly NamedBody[]): Promise<string> {
  const answer = await post(master.url, files, { task: "text", headers: { prefer: "respond-async" } });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { job_id: string }).job_id;
}

async function ended({ master }: RunningFleet, id: string) {
  return await until("the end of the job", async () => {
    const detail = await job(master.url, id);
    return detail.ended_at === undefined ? undefined : detail;
  });
}

test("a slave that listens on no port does a job, its files sent, and the lists say how it is connected", async () => {
  const { slave, alive, master } = await started({ FLEET_TOKEN: "fleet-secret", HANDOVER: "false" });
  await slave(OUT);
  const [found] = await alive(1);
  expect(found).toMatchObject({ connect: "out", address: `out:${found?.id}` });
  const big = { name: "big.txt", body: Buffer.alloc(4_000_000, "Many words make a long text. ") };
  const { status, body } = await assign(master.url, [...texts(60), big], { task: "text" });
  expect(status).toBe(200);
  expect(body.total_files_processed).toBe(61);
  const { stdout } = await runCli(["slaves", "--master", master.url]);
  expect(stdout).toMatch(/CONNECT[\s\S]*out:\w+ +out +alive/);
});

test("by HTTPS the connection is encrypted as the master's, and the slave needs no certificate of its own", async () => {
  const ca = join(TLS, "cert.pem");
  const { slave, master } = await started({ TLS_CERT: ca, TLS_KEY: join(TLS, "key.pem") });
  expect(master.url).toMatch(/^https:/);
  const held = await slave({ ...OUT, TLS_CA: ca, TLS_CERT: "", TLS_KEY: "", LOG_LEVEL: "info" });
  await until("its registration", async () =>
    held.log.join("").includes("over the connection that it holds") ? true : undefined,
  );
  expect(master.log.join("")).not.toContain("unencrypted");
});

test("without the fleet's token a slave opens no connection, and its log says what to set", async () => {
  const { slave, master } = await started({ FLEET_TOKEN: "fleet-secret" });
  const refused = await slave({ ...OUT, FLEET_TOKEN: "wrong-secret" });
  await until("its refusal", async () => (refused.log.join("").includes("wrong token") ? true : undefined));
  const { slaves } = (await (await fetch(`${master.url}/slaves`)).json()) as { slaves: unknown[] };
  expect(slaves).toEqual([]);
});

test("a registration that names a connection which the master does not have is refused", async () => {
  const { master } = await started();
  const answer = await fetch(`${master.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ slave_port: 0, tunnel: "0".repeat(36), version: "1" }),
  });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: "no_tunnel" });
});

test("a master that is killed in the middle of a job loses nothing: the slave dials again and the job ends", async () => {
  const running = await started();
  await running.slave(OUT);
  await running.alive(1);
  const id = await accepted(running, texts(400));
  await until("a part", async () => ((await job(running.master.url, id)).counts.done > 0 ? true : undefined));
  await running.master.kill("SIGKILL");
  await running.restartMaster();
  expect(await ended(running, id)).toMatchObject({ state: "succeeded", counts: { total: 400, done: 400 } });
});

test("a unit that runs when the connection breaks goes on, and its result is taken when the slave is back", async () => {
  const running = await started({ ALLOW_FUNCTIONS: "trusted", FLEET_TOKEN: "fleet-secret" });
  const gate = await openGate(running.master.port);
  await running.slave({ ...OUT, MASTER_URL: `http://127.0.0.1:${gate.port}` });
  await running.alive(1);
  let calls = 0;
  const counter = createServer((_req, res) => {
    calls += 1;
    res.end();
  }).listen(0, "127.0.0.1");
  await once(counter, "listening");
  const { port } = counter.address() as AddressInfo;
  const source = `async (ms) => {
    await fetch("http://127.0.0.1:${port}");
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ms;
  }`;
  const item = { name: "0.json", body: Buffer.from("[4000]") };
  const asked = { task: "function", field: "items", options: { source, mode: "trusted" } };
  const { body } = await assign(running.master.url, [item], {
    ...asked,
    headers: { prefer: "respond-async" },
  });
  await until("the call", async () => (calls > 0 ? true : undefined));
  gate.lead(running.master.port);
  expect(await ended(running, body.job_id)).toMatchObject({ state: "succeeded" });
  expect(calls).toBe(1);
  counter.close();
  await gate.close();
});

test("a slave that is frozen is lost within 6 s, its units go to another one, and it comes back by itself", async () => {
  const running = await started({ POLL_SECONDS: "30", MISSED_POLLS: "3" });
  const frozen = await running.slave(OUT);
  await running.alive(1);
  frozen.process.kill("SIGSTOP");
  const begun = performance.now();
  await running.slave({ ...OUT, SLAVE_NAME: "second" });
  const id = await accepted(running, texts(20));
  await until("the loss", async () => {
    const slaves = await running.alive(1);
    return slaves[0]?.name === "second" ? true : undefined;
  });
  // 6 s are promised; a busy machine gets some more.
  expect(performance.now() - begun).toBeLessThan(9_000);
  expect(await ended(running, id)).toMatchObject({ state: "succeeded", counts: { total: 20, done: 20 } });
  frozen.process.kill("SIGCONT");
  await running.alive(2);
});

test("a cancelled job ends at the slave at once", async () => {
  const running = await started();
  await running.slave(OUT);
  await running.alive(1);
  const id = await accepted(running, texts(600));
  await until("a unit in work", async () =>
    (await job(running.master.url, id)).counts.queued < 600 ? true : undefined,
  );
  await fetch(`${running.master.url}/jobs/${id}`, { method: "DELETE" });
  expect(await ended(running, id)).toMatchObject({ state: "cancelled" });
  const { status } = await assign(running.master.url, texts(3), { task: "text" });
  expect(status).toBe(200);
});
