import { once } from "node:events";
import { Agent, get, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { afterEach, expect, it } from "vitest";
import { createHttpServer, type ServerSettings } from "./server.ts";

const PATIENT = { tls: undefined, headSeconds: 30, uploadSeconds: 30, answerIdleSeconds: 30 };
const MEGABYTE = Buffer.alloc(2 ** 20, "x");

const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ("closeAllConnections" in one) one.close().closeAllConnections();
    else one.destroy();
  }
});

async function listen(settings: Partial<ServerSettings>, answer: RequestListener): Promise<number> {
  const server = createHttpServer({ ...PATIENT, ...settings }, answer).listen(0, "127.0.0.1");
  open.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function dial(port: number, text: string): Socket {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  open.push(socket);
  socket.write(text);
  return socket;
}

/** All that comes until the other side closes. */
async function hear(socket: Socket): Promise<string> {
  let heard = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    heard += chunk;
  });
  await once(socket, "close");
  return heard;
}

it("a connection over which nothing comes is ended", async () => {
  const port = await listen({ headSeconds: 0.1 }, () => undefined);
  expect(await hear(dial(port, ""))).toMatch(/^(HTTP\/1.1 408 |$)/);
});

it("a head that does not come to its end is 408", async () => {
  const port = await listen({ headSeconds: 0.1 }, () => undefined);
  const heard = await hear(dial(port, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow:"));
  expect(heard).toMatch(/^HTTP\/1.1 408 .*"code":"request_timeout"/s);
});

it("a small body that does not come to its end is 408", async () => {
  const app = express().use(express.json(), (_req, res) => void res.json({}));
  const port = await listen({ headSeconds: 0.1 }, app);
  const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n";
  expect(await hear(dial(port, `${head}{"a":`))).toMatch(/^HTTP\/1.1 408 .*"code":"request_timeout"/s);
});

it("a request that takes longer than it may to arrive is 408", async () => {
  const port = await listen({ headSeconds: 0.1, uploadSeconds: 0.2 }, (req) => void req.resume());
  const head =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\nContent-Length: 9000\r\n\r\n";
  expect(await hear(dial(port, `${head}some`))).toMatch(/^HTTP\/1.1 408 .*"code":"request_timeout"/s);
});

it("a client that stops reading its answer is cut off", async () => {
  let ended: Promise<unknown> | undefined;
  const port = await listen({ answerIdleSeconds: 0.2 }, (_req, res) => {
    ended = once(res, "close");
    for (let n = 0; n < 64; n += 1) res.write(MEGABYTE);
    res.end();
  });
  const socket = dial(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").pause();
  await expect.poll(() => ended, { timeout: 10_000 }).toBeDefined();
  await ended;
  expect(socket.destroyed).toBe(false);
});

it("a client that reads slowly, but reads, gets all of its answer", async () => {
  const port = await listen({ answerIdleSeconds: 0.5 }, (_req, res) => {
    for (let n = 0; n < 24; n += 1) res.write(MEGABYTE);
    res.end();
  });
  const socket = dial(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes % 7 === 0) await sleep(20);
  }
  expect(bytes).toBeGreaterThan(24 * 2 ** 20);
});

it("a client that waits for an answer which is long in coming is left in peace", async () => {
  const port = await listen({ answerIdleSeconds: 0.1 }, (_req, res) => {
    setTimeout(() => res.end("done"), 600);
  });
  const heard = await hear(dial(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  expect(heard).toMatch(/done$/);
});

it("an idle connection between requests is ended, too", async () => {
  const server = createHttpServer(PATIENT, (_req, res) => void res.end("hello"));
  server.keepAliveTimeout = 100;
  open.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true });
  const [answer] = await once(get({ port: (server.address() as AddressInfo).port, agent }), "response");
  const closed = once(answer.socket, "close");
  answer.resume();
  await closed;
});

it.each([
  ["two Host headers", "/", "Host: a\r\nHost: b"],
  ["the same Host header twice", "/", "Host: a\r\nhost: a"],
  ["a target with another host", "http://b/", "Host: a"],
  ["a target with another port", "http://a:81/", "Host: a"],
  ["a target of another protocol", "ftp://a/", "Host: a"],
])("%s: 400, and the connection ends", async (_what, target, hosts) => {
  const port = await listen({}, (_req, res) => void res.end("done"));
  const heard = await hear(dial(port, `GET ${target} HTTP/1.1\r\n${hosts}\r\n\r\n`));
  expect(heard).toMatch(/^HTTP\/1.1 400 .*"code":"bad_http"/s);
});

it.each(["http://A/", "http://a:80/x", "HTTP://a/"])("GET %s with Host: a is answered", async (target) => {
  const port = await listen({}, (_req, res) => void res.end("done"));
  const heard = await hear(dial(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
  expect(heard).toMatch(/done$/);
});

it.each([
  ["an answer", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
  ["the refusal of two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  ["the refusal of what is not HTTP", "HELO a\r\n\r\n"],
])("%s tells browsers not to guess its type and not to frame it", async (_what, request) => {
  const port = await listen({}, (_req, res) => void res.end("done"));
  const heard = await hear(dial(port, request));
  expect(heard).toMatch(/^X-Content-Type-Options: nosniff\r$/m);
  expect(heard).toMatch(/^Content-Security-Policy: frame-ancestors 'none'\r$/m);
});
