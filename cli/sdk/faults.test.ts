import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FleetClient } from "./index.ts";
import { nodeFetch } from "./node.ts";

const TLS = join(import.meta.dirname, "../../tests/fixtures/tls");
const cert = readFileSync(join(TLS, "cert.pem"));
const key = readFileSync(join(TLS, "key.pem"));

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

async function listening(started: Server, host = "127.0.0.1"): Promise<number> {
  server = started.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function fault(url: string, ca?: Buffer): Promise<unknown> {
  return new FleetClient({ master: url, fetch: nodeFetch({ ca }) }).tasks
    .list()
    .catch((error: unknown) => error);
}

test("a certificate that no known authority has signed: TLS_CA", async () => {
  const url = `https://127.0.0.1:${await listening(createHttpsServer({ cert, key }))}`;
  expect(await fault(url)).toMatchObject({
    code: "master_unreachable",
    message: `${url} does not have a trusted certificate (self-signed certificate). Set TLS_CA to the file of its CA, or of the certificate itself.`,
  });
});

test("a certificate for another address names its own", async () => {
  const port = await listening(createHttpsServer({ cert, key }), "127.0.0.2");
  expect(await fault(`https://127.0.0.2:${port}`, cert)).toMatchObject({
    message: expect.stringMatching(
      /^The certificate of https:\/\/127\.0\.0\.2:\d+ is not for this address \(.*127\.0\.0\.1/,
    ),
  });
});

test("HTTPS to a port without it: http://", async () => {
  const port = await listening(createHttpServer());
  expect(await fault(`https://127.0.0.1:${port}`)).toMatchObject({
    message: `https://127.0.0.1:${port} does not speak HTTPS. Use http://127.0.0.1:${port}.`,
  });
});

test("HTTP to a port with HTTPS: https://", async () => {
  const port = await listening(createHttpsServer({ cert, key }));
  expect(await fault(`127.0.0.1:${port}`)).toMatchObject({
    message: `http://127.0.0.1:${port} closed the connection. If it uses HTTPS, write https://127.0.0.1:${port}.`,
  });
});

test("the port of a slave: a slave is not a master", async () => {
  const port = await listening(
    createHttpServer((req, res) => {
      if (req.url === "/") return void res.end("Slave is working");
      const body = { code: "not_found", error: `There is no GET ${req.url} here.` };
      res.writeHead(404, { "Content-Type": "application/problem+json" }).end(JSON.stringify(body));
    }),
  );
  expect(await fault(`127.0.0.1:${port}`)).toMatchObject({
    code: "bad_url",
    message: `http://127.0.0.1:${port} is a slave, not a master. Use the master's address (port 5000 by default).`,
  });
});

test("a connection that breaks later is called lost, without a guess about HTTPS", async () => {
  let answered = 0;
  const port = await listening(
    createHttpServer((req, res) => {
      answered += 1;
      if (answered > 1) return void req.socket.destroy();
      res.setHeader("Connection", "close").end('{"tasks":[]}');
    }),
  );
  const fleet = new FleetClient({ master: `127.0.0.1:${port}`, fetch: nodeFetch(), retrySeconds: 0 });
  expect(await fleet.tasks.list()).toEqual([]);
  await expect(fleet.slaves.list()).rejects.toMatchObject({
    code: "master_unreachable",
    message: `The connection to the master at http://127.0.0.1:${port} is lost (the connection was cut).`,
  });
});

test("an answer that ends in the middle is broken, once no attempt is left", async () => {
  const port = await listening(
    createHttpServer((_req, res) => {
      res.writeHead(200, { "Content-Type": "application/json", "Content-Length": 100 });
      res.write('{"tasks":[');
      setTimeout(() => res.destroy(), 20);
    }),
  );
  const fleet = new FleetClient({ master: `http://127.0.0.1:${port}`, retrySeconds: 0 });
  await expect(fleet.tasks.list()).rejects.toMatchObject({ code: "answer_broken", status: 502 });
});
