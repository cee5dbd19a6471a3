import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as tcpServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { webhookSender } from "./send.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const stop of undo.splice(0)) stop();
});

const NEVER = new AbortController().signal;
const REQUEST = { headers: { "webhook-id": "msg_1" }, body: '{"ä":1}' };

async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}/hook?a=1`;
}

const send = (url: string, tryMs?: number) =>
  webhookSender(undefined, tryMs)({ url, fromLoopback: true }, REQUEST, NEVER);

test("the body goes by POST, with its headers and the host's name", async () => {
  const got: unknown[] = [];
  const url = await receiver((req, res) => {
    req.setEncoding("utf8").on("data", (body: string) => got.push(body));
    req.on("end", () => res.writeHead(204).end());
    got.push(req.method, req.url, req.headers["webhook-id"], req.headers.host);
  });
  expect(await send(url)).toEqual({ status: 204 });
  expect(got).toEqual(["POST", "/hook?a=1", "msg_1", new URL(url).host, '{"ä":1}']);
});

test("a redirect is an answer, and is not followed", async () => {
  let requests = 0;
  const url = await receiver((_req, res) => {
    requests += 1;
    res.writeHead(307, { location: "/elsewhere" }).end();
  });
  expect(await send(url)).toEqual({ status: 307 });
  expect(requests).toBe(1);
});

test("Retry-After is told", async () => {
  const url = await receiver((_req, res) => void res.writeHead(429, { "retry-after": "7" }).end());
  expect(await send(url)).toEqual({ status: 429, retryAfter: 7 });
});

test("an endless answer counts by its status, and is cut", async () => {
  let cut = (): void => undefined;
  const closed = new Promise<void>((resolve) => (cut = resolve));
  const url = await receiver((_req, res) => {
    res.writeHead(200);
    const timer = setInterval(() => res.write("x".repeat(10_000)), 1);
    res.once("close", () => {
      clearInterval(timer);
      cut();
    });
  });
  expect(await send(url)).toEqual({ status: 200 });
  await closed;
});

test("a receiver that does not answer costs no more than the time of a try", async () => {
  const url = await receiver(() => undefined);
  await expect(send(url, 200)).rejects.toThrow();
});

test.each([
  ["closes the connection", ""],
  ["changes the protocol", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
  ["does not speak HTTP", "hello\r\n\r\n"],
])("a receiver that %s is a failed try", async (_, answer) => {
  const server = tcpServer((socket) => void socket.end(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => server.close());
  await expect(send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).rejects.toThrow();
});

test("a loopback address is connected to only for a client on this machine", async () => {
  let requests = 0;
  const url = await receiver((_req, res) => {
    requests += 1;
    res.end();
  });
  const sending = webhookSender(undefined)({ url, fromLoopback: false }, REQUEST, NEVER);
  await expect(sending).rejects.toMatchObject({ code: "callback_refused" });
  expect(requests).toBe(0);
});

test("a stop ends a try", async () => {
  const url = await receiver(() => undefined);
  const stop = new AbortController();
  const sending = webhookSender(undefined)({ url, fromLoopback: true }, REQUEST, stop.signal);
  stop.abort();
  await expect(sending).rejects.toThrow();
});
