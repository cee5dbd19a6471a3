import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { holdingOf } from "../../bench/fuzz/watch.ts";
import { type LyingSlave, lyingSlave } from "../standin/lyingSlave.ts";
import { assign, type RunningFleet, startFleet, until } from "./fleet.ts";

const CLIENTS = 1_000;
/** Clients that send a file and wait for its result; the others wait for one job to end. */
const SENDERS = 150;
const MOST_MEGABYTES = 200;

let fleet: RunningFleet;
let idle: LyingSlave | undefined;
const agent = new Agent({ maxSockets: CLIENTS });

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  agent.destroy();
  await Promise.all([fleet?.stop(), idle?.close()]);
});

test("1,000 clients that wait at the same time are all answered, and the master stays small", {
  timeout: 60_000,
}, async () => {
  const { url, process } = fleet.master;
  // A slave that does no task: clients wait, as the fleet is not empty.
  idle = await lyingSlave({ lie: (res) => void res.destroy(), steps: {} });
  await idle.register(url);
  await fleet.alive(1);
  const file = { name: "a.txt", body: Buffer.from("A good day.") };
  const headers = { prefer: "respond-async" };
  const { body } = await assign(url, [file], { task: "text", field: "texts", headers });
  const before = await holdingOf(process.pid ?? 0);
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    index < SENDERS ? sendText(url, `Text ${index}.`) : ask(url, `/jobs/${body.job_id}?wait=50`),
  );
  const during = await until("all clients", async () => {
    const holding = await holdingOf(process.pid ?? 0);
    return holding === undefined || holding.descriptors >= CLIENTS ? { holding } : undefined;
  });
  // A further client does not wait for the others.
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await fleet.slave({ SLAVE_SLOTS: "2" });
  const answers = await Promise.all(clients);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.filter(({ state }) => state !== "succeeded")).toEqual([]);
  const after = await holdingOf(process.pid ?? 0);
  for (const holding of [during.holding, after]) {
    if (holding === undefined || before === undefined) continue;
    expect(holding.megabytes - before.megabytes).toBeLessThan(MOST_MEGABYTES);
  }
});

interface Answered {
  readonly status: number | undefined;
  readonly state: string;
}

async function ask(url: string, path: string): Promise<Answered> {
  return await answerOf(request(url + path, { agent }));
}

async function sendText(url: string, content: string): Promise<Answered> {
  const part = (about: string, body: string) =>
    `--x\r\nContent-Disposition: form-data; ${about}\r\n\r\n${body}\r\n`;
  const form = `${part('name="task_type"', "text")}${part('name="texts"; filename="a.txt"', content)}--x--\r\n`;
  const sent = request(`${url}/assign_task`, {
    agent,
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x", "content-length": Buffer.byteLength(form) },
  });
  sent.write(form);
  return await answerOf(sent);
}

async function answerOf(sent: ReturnType<typeof request>): Promise<Answered> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve).once("error", reject).end();
  });
  const { state } = JSON.parse(await text(response)) as { state: string };
  return { status: response.statusCode, state };
}
