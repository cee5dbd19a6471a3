import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Tunnels } from "../../master/fleet/tunnels.ts";
import { TunnelAgent } from "../../master/lease/tunnelAgent.ts";
import { serveUpgrades } from "../../shared/http/upgrades.ts";
import { TUNNEL_ID, TUNNEL_PROTOCOL } from "../../shared/tunnel/protocol.ts";
import { Tunnel } from "../../slave/tunnel.ts";

const MB = 1024 * 1024;
const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_PROTOCOL}\r\n\r\n`;

let master: Server;
let url: string;
let tunnels: Tunnels;
let agent: TunnelAgent;
let ended: string[];
let open: Tunnel[];
let answer: RequestListener;

beforeEach(async () => {
  const own: string[] = [];
  ended = own;
  open = [];
  answer = (req, res) => void buffer(req).then((body) => res.end(String(body.length)));
  tunnels = new Tunnels((id) => own.push(id));
  agent = new TunnelAgent({ keepAlive: true, maxSockets: 4096 }, tunnels);
  master = createServer((req, res) => {
    const { socket } = req;
    res.detachSocket(socket);
    socket.write(SWITCHING);
    tunnels.accept(String(req.headers[TUNNEL_ID]), socket);
  }).listen(0, "127.0.0.1");
  serveUpgrades(master, TUNNEL_PROTOCOL);
  await once(master, "listening");
  url = `http://127.0.0.1:${(master.address() as AddressInfo).port}`;
});

afterEach(() => {
  for (const tunnel of open) tunnel.close();
  agent.destroy();
  tunnels.close();
  master.closeAllConnections();
  master.close();
});

/** A slave that listens nowhere; answers its tunnel when that is open. */
async function hold(id: string, { at = url, onEnd = () => undefined }: Partial<Held> = {}): Promise<Tunnel> {
  const server = createServer((req, res) => void answer(req, res));
  const serve = (connection: unknown) => server.emit("connection", connection);
  const tunnel = new Tunnel({ id, token: undefined, serve, onEnd });
  open.push(tunnel);
  await tunnel.open(at, AbortSignal.timeout(10_000));
  return tunnel;
}

interface Held {
  readonly at: string;
  readonly onEnd: () => void;
}

/** A request to the slave, whose body is sent at once. */
async function ask(id: string, body: Readable | Buffer = Buffer.alloc(0)): Promise<IncomingMessage> {
  const asked = request({ agent, host: `${id}.invalid`, method: "POST" });
  // A connection that breaks under an answer is told to the request, too.
  asked.on("error", () => undefined);
  const answered = once(asked, "response") as Promise<[IncomingMessage]>;
  if (Buffer.isBuffer(body)) asked.end(body);
  else body.pipe(asked);
  const [response] = await answered;
  return response;
}

it("carries many requests at once, each with its own answer", async () => {
  await hold("a");
  const sizes = Array.from({ length: 300 }, (_, index) => 1 + ((index * 7919) % 90_000));
  const answers = await Promise.all(
    sizes.map(async (size) => await text(await ask("a", Buffer.alloc(size)))),
  );
  expect(answers).toEqual(sizes.map(String));
});

it("a large body arrives as it was sent, both ways", async () => {
  await hold("a");
  answer = (req, res) => void req.pipe(res);
  const sent = randomBytes(24 * MB);
  const received = await buffer(await ask("a", Readable.from(chunksOf(sent))));
  expect(received.equals(sent)).toBe(true);
});

it("the slave sends no more of an answer than its reader takes, and other requests go on meanwhile", async () => {
  await hold("a");
  let taken = 0;
  answer = (req, res) => {
    if (req.headers["content-length"] === "2") return void res.end("small");
    const source = Readable.from(endless(() => (taken += MB)));
    res.once("close", () => source.destroy());
    source.pipe(res);
  };
  const response = await ask("a");
  response.pause();
  await sleep(300);
  const stopped = taken;
  await sleep(300);
  expect(taken).toBe(stopped);
  expect(stopped).toBeLessThan(16 * MB);
  expect(await text(await ask("a", Buffer.from("hi")))).toBe("small");
  response.destroy();
});

it("the master sends no more of a body than the slave reads", async () => {
  await hold("a");
  answer = () => undefined;
  let taken = 0;
  const asked = request({ agent, host: "a.invalid", method: "POST" });
  asked.on("error", () => undefined);
  const source = Readable.from(endless(() => (taken += MB)));
  source.pipe(asked);
  await sleep(300);
  const stopped = taken;
  await sleep(300);
  expect(taken).toBe(stopped);
  expect(stopped).toBeLessThan(16 * MB);
  source.destroy();
  asked.destroy();
});

it("a request that the master gives up is closed at the slave", async () => {
  await hold("a");
  const closed = new Promise<void>((resolve) => {
    answer = (_req, res) => void res.once("close", resolve);
  });
  const asked = request({ agent, host: "a.invalid" });
  asked.on("error", () => undefined);
  asked.end();
  setTimeout(() => asked.destroy(), 100);
  await closed;
});

it("requests to a slave that holds no connection fail as those to a port that is closed to them", async () => {
  await expect(ask("stranger")).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("when the connection ends, requests on it fail with ECONNRESET, both ends are told, and new requests fail", async () => {
  const told = signal();
  const tunnel = await hold("a", { onEnd: () => told.fire() });
  answer = (_req, res) => void res.write("begun");
  const response = await ask("a");
  const broken = expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" });
  tunnels.close();
  await broken;
  await told.fired;
  expect(ended).toEqual(["a"]);
  await expect(ask("a")).rejects.toMatchObject({ code: "ECONNRESET" });
  await tunnel.open(url, AbortSignal.timeout(10_000));
  answer = (_req, res) => void res.end("again");
  expect(await text(await ask("a"))).toBe("again");
});

it("a new connection of the same slave replaces the one before", async () => {
  await hold("a");
  answer = (_req, res) => void res.write("begun");
  const broken = expect(text(await ask("a"))).rejects.toMatchObject({ code: "ECONNRESET" });
  await hold("a");
  await broken;
  expect(ended).toEqual([]);
  answer = (_req, res) => void res.end("new");
  expect(await text(await ask("a"))).toBe("new");
});

it("both ends notice within 6 s that nothing arrives any more", async () => {
  const frozen = await freezable(url);
  const told = signal();
  await hold("a", { at: frozen.url, onEnd: () => told.fire() });
  answer = () => undefined;
  const broken = ask("a");
  const failed = expect(broken).rejects.toMatchObject({ code: "ECONNRESET" });
  const begun = performance.now();
  frozen.freeze();
  await Promise.all([failed, told.fired]);
  expect(performance.now() - begun).toBeLessThan(7_000);
  expect(ended).toEqual(["a"]);
  frozen.close();
}, 20_000);

it("a quiet connection stays", async () => {
  await hold("a");
  await sleep(7_000);
  expect(ended).toEqual([]);
  expect(await text(await ask("a"))).toBe("0");
}, 20_000);

function signal() {
  let fire: () => void = () => undefined;
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire: () => fire() };
}

function* chunksOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

function* endless(onTaken: () => void) {
  for (;;) {
    onTaken();
    yield Buffer.alloc(MB);
  }
}

/** A relay that stops to pass bytes on, and closes nothing: as a network that loses them. */
async function freezable(target: string) {
  const sockets: Socket[] = [];
  const relay = createTcpServer((from) => {
    const to = connect(Number(new URL(target).port), "127.0.0.1");
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) socket.on("error", () => undefined);
    sockets.push(from, to);
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  const freeze = () => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  const close = () => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  };
  return { url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, freeze, close };
}
