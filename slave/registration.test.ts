import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { createLogger } from "../shared/logger.ts";
import { logLines } from "../tests/fixtures/logLines.ts";
import { whyNotRegistered } from "./masterCalls.ts";
import { Registration, type RegistrationOptions } from "./registration.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Seen {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** A master that answers as the classic one does, with `statuses` first. */
async function standInMaster(statuses: number[] = [], port = 0, extra: object = {}) {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    void json(req).then((body) => {
      seen.push({ body, headers: req.headers });
      const status = statuses.shift() ?? 200;
      res.writeHead(status, { "Content-Type": "application/json", Location: "http://127.0.0.1:1/" });
      res.end(JSON.stringify(status === 200 ? { status: "success", ...extra } : { error: "no" }));
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  ends.push(close);
  const { port: given } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${given}`, port: given, seen, close };
}

const about = {
  slave_port: 3000,
  name: "n",
  version: "1",
  instance: "i",
  slots: 2,
  steps: { odd: { echo: 1 } },
};

function register(options: Partial<RegistrationOptions> & Pick<RegistrationOptions, "masterUrls">) {
  const registration = new Registration({
    announced: undefined,
    token: undefined,
    about,
    log: createLogger("test", "silent"),
    ...options,
  });
  const stopping = new AbortController();
  const ended = registration.run(stopping.signal);
  ends.push(async () => {
    stopping.abort();
    await ended;
  });
  return registration;
}

it("tells the master its address, port, name, slots and steps", async () => {
  const { url, seen } = await standInMaster();
  register({ masterUrls: [url] });
  await expect.poll(() => seen.length).toBe(1);
  expect(seen[0]?.body).toEqual({ slave_ip: "127.0.0.1", ...about });
  expect(seen[0]?.headers.authorization).toBeUndefined();
});

it("tells the address that was configured, and the token", async () => {
  const { url, seen } = await standInMaster();
  register({ masterUrls: [`${url}/`], announced: "10.1.2.3", token: "secret" });
  await expect.poll(() => seen.length).toBe(1);
  expect(seen[0]?.body).toMatchObject({ slave_ip: "10.1.2.3" });
  expect(seen[0]?.headers.authorization).toBe("Bearer secret");
});

it("tries again until a master takes it, and follows no redirect", async () => {
  const { url, seen } = await standInMaster([500, 302, 401]);
  register({ masterUrls: [url] });
  await expect.poll(() => seen.length).toBe(4);
});

it("takes the next master when one is not there", async () => {
  const { url, seen } = await standInMaster();
  register({ masterUrls: ["http://127.0.0.1:1", url] });
  await expect.poll(() => seen.length).toBe(1);
});

it("registers again when no master has asked for a while", async () => {
  const { url, seen } = await standInMaster();
  register({ masterUrls: [url], unpolledSeconds: 0.2 });
  await expect.poll(() => seen.length).toBeGreaterThan(2);
});

it("registers again after a few of the master's own polls failed to come", async () => {
  const { url, seen } = await standInMaster([], 0, { poll_seconds: 0.1 });
  register({ masterUrls: [url] });
  await expect.poll(() => seen.length).toBeGreaterThan(2);
});

it("registers again at once when a master broke a connection off, and once for many of them", async () => {
  const { url, seen } = await standInMaster();
  const registration = register({ masterUrls: [url] });
  await expect.poll(() => seen.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let n = 0; n < 5; n += 1) registration.doubted();
  await expect.poll(() => seen.length, { timeout: 3_000 }).toBe(2);
});

it("does not register again while it is asked", async () => {
  const { url, seen } = await standInMaster();
  const registration = register({ masterUrls: [url], unpolledSeconds: 20 });
  await expect.poll(() => seen.length).toBe(1);
  registration.polled();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(seen).toHaveLength(1);
});

it("finds a master that was restarted", async () => {
  const first = await standInMaster();
  register({ masterUrls: [first.url], unpolledSeconds: 0.2 });
  await expect.poll(() => first.seen.length).toBeGreaterThan(0);
  first.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const second = await standInMaster([], first.port);
  await expect.poll(() => second.seen.length).toBeGreaterThan(0);
});

it("however often no master can be reached, nothing piles up", async () => {
  const refused = 12;
  const master = await standInMaster(Array(refused).fill(500));
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on("warning", onWarning);
  ends.push(() => process.off("warning", onWarning));
  register({ masterUrls: Array(refused + 1).fill(master.url) });
  await expect.poll(() => master.seen.length).toBe(refused + 1);
  expect(warnings).toEqual([]);
});

it.each([
  [
    401,
    "The master refused the registration (401: wrong token). Set FLEET_TOKEN (or MANYHANDS_TOKEN) to the master's value.",
  ],
  [
    404,
    "http://a:3000 is not a master (it answered 404). Set MASTER_URL to the master's address (port 5000 by default).",
  ],
  [503, "The master refused the registration (503: Full.)."],
])("the log says what to change where the answer is %d", (status, sentence) => {
  const error = Object.assign(new Error("no"), { response: { status, data: { error: "Full." } } });
  expect(whyNotRegistered("http://a:3000", error)).toBe(sentence);
});

it("the log says what to change where the connection fails", () => {
  const error = Object.assign(new Error("write 80:0A:SSL"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  expect(whyNotRegistered("https://a:5000", error)).toContain("Set TLS_CA");
});

it("the log has its address at the master, and the reason why the master does not reach it, once", async () => {
  const log = logLines();
  const reason = "http://10.0.0.7:3000 does not answer (timeout): open this port, or set SLAVE_IP";
  const { url, seen } = await standInMaster([], 0, { slave_id: "s", state: "pending", reason });
  register({ masterUrls: [url], announced: "10.0.0.7", unpolledSeconds: 0.05, log: log.logger });
  await expect.poll(() => seen.length).toBeGreaterThan(3);
  expect(log.of("info")).toEqual([
    `registered at ${url} as 10.0.0.7:3000: the master calls back there, so it must reach this port`,
  ]);
  expect(log.of("warn")).toEqual([`the master cannot use this slave: ${reason}`]);
});

it("the log says, once, when a master reaches the slave again", async () => {
  const log = logLines();
  const { url } = await standInMaster([], 0, { slave_id: "s", state: "pending", reason: "no route" });
  const registration = register({ masterUrls: [url], announced: "10.0.0.7", log: log.logger });
  await expect.poll(() => log.of("warn")).toEqual(["the master cannot use this slave: no route"]);
  registration.polled();
  registration.polled();
  expect(log.of("info").slice(1)).toEqual([`the master at ${url} reaches this slave again`]);
});

it("signs off at a master of ours, with its instance, and at no classic one", async () => {
  const ours = await standInMaster([], 0, { slave_id: "s", state: "alive" });
  const classic = await standInMaster();
  for (const master of [ours, classic]) {
    const registration = register({ masterUrls: [master.url], announced: "10.0.0.7" });
    await expect.poll(() => master.seen.length).toBe(1);
    // The answer is read a moment after it was sent.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await registration.signOff("gone");
  }
  expect(ours.seen[1]?.body).toEqual({
    slave_ip: "10.0.0.7",
    slave_port: 3000,
    instance: "i",
    state: "gone",
  });
  expect(classic.seen).toHaveLength(1);
});

it("signs off at the master that it had before when another one takes it", async () => {
  const statuses: number[] = [];
  const first = await standInMaster(statuses, 0, { slave_id: "s", state: "alive" });
  const second = await standInMaster([], 0, { slave_id: "s", state: "alive" });
  const masterUrls = [first.url, second.url];
  const registration = register({ masterUrls, announced: "10.0.0.7" });
  await expect.poll(() => first.seen.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  statuses.push(503);
  registration.doubted();
  await expect.poll(() => second.seen.length, { timeout: 3_000 }).toBe(1);
  await expect
    .poll(() => first.seen.at(-1)?.body)
    .toEqual({ slave_ip: "10.0.0.7", slave_port: 3000, instance: "i", state: "gone" });
});

it("the log has each reason why no master takes the slave once, also one that comes later", async () => {
  const log = logLines();
  const { url, seen } = await standInMaster([500, 500, 500, 500, 401, 401]);
  register({ masterUrls: [url], log: log.logger });
  await expect.poll(() => seen.length).toBe(7);
  expect(log.of("warn")).toEqual([
    "The master refused the registration (500: no).",
    "The master refused the registration (401: wrong token). Set FLEET_TOKEN (or MANYHANDS_TOKEN) to the master's value.",
  ]);
});
