import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { multipart, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

const CLIENT = "clients-secret-0123";
const FLEET = "fleets-secret-4567";

let fleet: RunningFleet;
let slave: Started;
const recorders: Server[] = [];

beforeAll(async () => {
  fleet = await startFleet({ CLIENT_TOKEN: CLIENT, FLEET_TOKEN: FLEET, CLASSIC_SLAVES: "127.0.0.1" });
  slave = await fleet.slave({ SLAVE_NAME: "with-token" });
  await alive("with-token");
}, 60_000);

afterAll(async () => {
  for (const server of recorders) server.close().closeAllConnections();
  await fleet?.stop();
});

test("a slave that is admitted by its address never gets the fleet's token, whatever it says of itself", async () => {
  const { port, requests } = await recorder();
  const ours = {
    name: "without-token",
    version: "9.9.9",
    instance: "i",
    slots: 4,
    steps: { text: { analyse: 1 } },
  };
  expect((await register({ slave_port: port, ...ours })).status).toBe(200);
  await alive("without-token");
  await expect.poll(() => requests.length).toBeGreaterThan(2);
  await ask(`/slaves/${(await alive("without-token")).id}`, { method: "DELETE" });
  await expect.poll(() => requests.some(({ url }) => url === "/drain")).toBe(true);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(requests.map(() => undefined));
});

test("a slave that is admitted by its address cannot take the place of one that showed the token", async () => {
  const answer = await register({ slave_port: slave.port, name: "thief", version: "1", instance: "thief" });
  expect([answer.status, (await bodyOf(answer)).code]).toEqual([401, "unauthorized"]);
  expect((await alive("with-token")).state).toBe("alive");
});

test("clients and slaves with right tokens are let in while their address guesses", async () => {
  const guess = (token: number) => ask("/jobs", { headers: { authorization: `Bearer guess-${token}` } });
  const guessing = Array.from({ length: 150 }, (_, token) => guess(token));
  for (let tries = 0; tries < 24; tries += 1) expect((await ask("/jobs")).status).toBe(200);
  const other = await fleet.slave({ SLAVE_NAME: "beside-guesses" });
  await alive("beside-guesses");
  await other.kill("SIGTERM");
  const codes = (await Promise.all(guessing)).map(({ status }) => status);
  expect(codes.filter((status) => status === 429).length).toBeGreaterThan(100);
});

test("every answer of master and slave tells browsers not to guess its type and not to frame it", async () => {
  const body = multipart([{ name: "a.txt", body: Buffer.from("A good day.") }], { task: "text" });
  const job = (await bodyOf(await ask("/assign_task", { method: "POST", body }))) as {
    readonly files: readonly { readonly url: string }[];
  };
  const html = { headers: { accept: "text/html", authorization: `Bearer ${CLIENT}` } };
  const answers = await Promise.all([
    ...["/", "/docs", "/healthz", "/jobs", "/nothing", "/metrics"].map((path) => ask(path)),
    ask("/", html),
    ask(job.files[0]?.url ?? ""),
    ask("/jobs", { headers: {} }),
    ...["/", "/check_status", "/get_task", "/nothing"].map((path) => fetch(slave.url + path)),
  ]);
  for (const { url, headers } of answers) {
    expect([url, headers.get("x-content-type-options")]).toEqual([url, "nosniff"]);
    expect([url, headers.get("content-security-policy")]).toEqual([
      url,
      expect.stringMatching(/(^|; )frame-ancestors 'none'$/),
    ]);
  }
});

/** A server that answers polls as a slave does, and keeps all requests. */
async function recorder() {
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    res.setHeader("content-type", "application/json").end('{"status":"alive"}');
  });
  recorders.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, requests };
}

async function register(request: object): Promise<Response> {
  return await fetch(`${fleet.master.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ slave_ip: "127.0.0.1", ...request }),
  });
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${CLIENT}` };
  return await fetch(fleet.master.url + path, { headers, ...init });
}

async function bodyOf(response: Response) {
  return (await response.json()) as { readonly code?: string };
}

async function alive(name: string): Promise<SlaveView> {
  return await until(`slave ${name}`, async () => {
    const { slaves } = (await (await ask("/slaves")).json()) as { slaves: SlaveView[] };
    return slaves.find((one) => one.name === name && one.state === "alive");
  });
}
