import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isUpgrade, serveUpgrades } from "./upgrades.ts";

let server: Server;

beforeEach(async () => {
  server = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk) => {
      body += chunk;
    });
    req.on("end", () => res.end(`${isUpgrade(req) ? "upgrade" : "plain"} ${req.url} ${body}\n`));
  }).listen(0, "127.0.0.1");
  serveUpgrades(server, "ours");
  await once(server, "listening");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** What the server answers to these requests, one after the other on one connection, until it has said `end`. */
async function answers(text: string, end: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(text);
  let all = "";
  for await (const chunk of socket) {
    all += chunk;
    if (all.includes(end)) break;
  }
  socket.destroy();
  return all;
}

const OTHER = "Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n";

it("an offer of another protocol is answered as if there were none, with its body and the requests after it", async () => {
  const first = `POST /one HTTP/1.1\r\n${OTHER}Content-Length: 5\r\n\r\nhello`;
  const second = "GET /two HTTP/1.1\r\nHost: a\r\n\r\n";
  const all = await answers(first + second, "/two");
  expect(all).toContain("plain /one hello\n");
  expect(all).toContain("plain /two \n");
});

it("a body that comes later than the head of such an offer is read, too", async () => {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const bytes = Buffer.alloc(300_000, "x");
  socket.write(`POST /one HTTP/1.1\r\n${OTHER}Content-Length: ${bytes.length}\r\n\r\n`);
  setTimeout(() => socket.write(bytes), 50);
  let all = "";
  for await (const chunk of socket) {
    all += chunk;
    if (all.includes("x\n")) break;
  }
  expect(all).toContain(`plain /one ${bytes}\n`);
});

it("a request for the protocol reaches the handler, whose refusal ends the connection", async () => {
  const all = await answers(
    "GET /t HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ours\r\n\r\n",
    "never",
  );
  expect(all).toContain("upgrade /t \n");
  expect(all).toMatch(/connection: close/i);
});
