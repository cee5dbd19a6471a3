import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import type { RegisterAnswer } from "../../shared/contract/fleet.ts";
import { runCli } from "../standin/runCli.ts";
import { assign, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
const walls: Server[] = [];

afterEach(async () => {
  for (const wall of walls.splice(0)) wall.close();
  await fleet.stop();
});

/** Takes connections and never answers, as a firewall that drops packets looks to its peer. */
async function wall(): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    server.once("close", () => socket.destroy());
  }).listen(0, "127.0.0.1");
  walls.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function register(port: number, about: object): Promise<RegisterAnswer> {
  const answer = await fetch(`${fleet.master.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ slave_port: port, ...about }),
  });
  return (await answer.json()) as RegisterAnswer;
}

async function slaves(): Promise<readonly SlaveView[]> {
  return ((await (await fetch(`${fleet.master.url}/slaves`)).json()) as { slaves: SlaveView[] }).slaves;
}

const OURS = { name: "pc-b", version: "1", instance: "i", slots: 1, steps: { text: { main: 1 } } };
const TEXT = [{ name: "a.txt", body: Buffer.from("Fine.") }];

test("a slave behind a firewall is named in the master's log, its list, the CLI and the next registration", async () => {
  fleet = await startFleet();
  const port = await wall();
  const began = Date.now();
  expect(await register(port, OURS)).not.toHaveProperty("reason");
  const [slave] = await until("the reason", async () =>
    (await slaves())[0]?.reason === undefined ? undefined : await slaves(),
  );
  // Within 5 seconds is promised; a busy machine gets some more.
  expect(Date.now() - began).toBeLessThan(8_000);
  const reason = `http://127.0.0.1:${port} does not answer (timeout): open this port, or set SLAVE_IP`;
  expect(slave).toMatchObject({ state: "pending", reason });
  expect(fleet.master.log.join("")).toContain(`slave pc-b registered, but ${reason}`);
  expect(await register(port, OURS)).toMatchObject({ state: "pending", reason });
  const { stdout } = await runCli(["slaves", "--master", fleet.master.url]);
  expect(stdout).toContain(reason);
  const refused = await assign(fleet.master.url, TEXT, { task: "text" });
  expect([refused.status, refused.body.code]).toEqual([503, "no_slaves"]);
  expect(refused.body.hint).toContain(`Slave pc-b registered, but ${reason}.`);
});

test("a classic slave gets the answer that it knows, without a reason", async () => {
  fleet = await startFleet();
  const port = await wall();
  await register(port, {});
  await until("the reason", async () => ((await slaves())[0]?.reason === undefined ? undefined : true));
  expect(Object.keys(await register(port, {}))).toEqual(["status", "slave_id", "state", "poll_seconds"]);
});

test("a waiting request ends with 503 when no slave has answered for NO_SLAVES_SECONDS", async () => {
  fleet = await startFleet({ NO_SLAVES_SECONDS: "2" });
  await register(await wall(), OURS);
  const { status, body } = await assign(fleet.master.url, TEXT, { task: "text" });
  expect([status, body.code, body.error]).toEqual([503, "no_slaves", "No slaves available"]);
});

test("a slave that falls silent in a job is lost within 6 seconds, and the job ends elsewhere", async () => {
  fleet = await startFleet({ POLL_SECONDS: "2", MISSED_POLLS: "3", SLAVE_SILENCE_SECONDS: "60" });
  const silent = await fleet.slave({ SLAVE_NAME: "silent" });
  await fleet.alive(1);
  const texts = Array.from({ length: 2_000 }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from(`No ${n}.`),
  }));
  const job = assign(fleet.master.url, texts, { task: "text" });
  await until("some work at the slave", async () => ((await slaves())[0]?.busy === 1 ? true : undefined));
  silent.process.kill("SIGSTOP");
  const stopped = Date.now();
  await until("its loss", async () => ((await slaves())[0]?.state === "lost" ? true : undefined));
  // Within 6 seconds is promised; a busy machine gets some more.
  expect(Date.now() - stopped).toBeLessThan(9_000);
  await fleet.slave({ SLAVE_NAME: "other" });
  const { body } = await job;
  expect([body.state, body.total_files_processed]).toEqual(["succeeded", 2_000]);
  silent.process.kill("SIGCONT");
}, 120_000);
