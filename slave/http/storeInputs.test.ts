import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { ReadableStream } from "node:stream/web";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { readFrames } from "../../shared/contract/frames.ts";
import { form, jsonOf, startTestSlave, stopTestSlaves } from "../../tests/fixtures/slave/start.ts";

/** Stands in for the server of a bucket. */
let server: Server;
let origin: string;
let asked: (string | undefined)[];
let answers: RequestListener;
beforeEach(async () => {
  asked = [];
  answers = (_req, res) => res.end(LARGE);
  server = createServer((req, res) => {
    asked.push(req.url);
    answers(req, res);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await stopTestSlaves();
  server.closeAllConnections();
  server.close();
});

const LARGE = "large ".repeat(20_000);
const DIGEST = createHash("sha256").update(LARGE).digest("hex");

function input(path: string, more: object = {}) {
  return { filename: "large.bin", bytes: LARGE.length, sha256: DIGEST, url: `${origin}${path}`, ...more };
}

async function lease(url: string, inputs: object, ...sent: readonly string[]): Promise<Response> {
  const files = sent.map((content, index) => ["files", content, `${index}.bin`] as const);
  const fields = [
    ["task_type", "odd"],
    ["step", "echo"],
    ["store_inputs", JSON.stringify(inputs)],
  ] as const;
  const body = form(...fields, ...files);
  return await fetch(`${url}/get_task`, { method: "POST", body, headers: { accept: FRAMES_TYPE } });
}

/** What the units answered, in the order of their files. */
async function partsOf(response: Response): Promise<unknown[]> {
  const parts: Record<string, unknown> = {};
  for await (const batch of readFrames(Readable.fromWeb(response.body as ReadableStream)))
    for (const { header, whole, body } of batch)
      if (header.type === "part") parts[header.unit] = await text(Readable.from(body ?? [whole]));
  return Object.keys(parts)
    .toSorted()
    .map((unit) => parts[unit]);
}

const slave = () => startTestSlave({ SMALL_FILE: "1KB", SLAVE_STORE_URL: `${origin}/any/path` });

it("fetches inputs from the server of the bucket, and puts them in their places among those that are sent", async () => {
  const { url } = await slave();
  const answer = await lease(url, { 1: input("/b/one?sign=1"), 3: input("/b/two") }, "first", "third");
  expect(await partsOf(answer)).toEqual(["first", LARGE, "third", LARGE]);
  expect(asked.toSorted()).toEqual(["/b/one?sign=1", "/b/two"]);
});

it.each([
  ["the server refuses", ((_req, res) => res.writeHead(403).end("no")) as RequestListener, "answered 403"],
  ["other bytes come", ((_req, res) => res.end(LARGE.toUpperCase())) as RequestListener, "other bytes"],
  ["fewer bytes come", ((_req, res) => res.end("large")) as RequestListener, "other bytes"],
  [
    "more bytes come",
    ((_req, res) => res.end(`${LARGE}!`)) as RequestListener,
    "longer than its master says",
  ],
  ["the connection breaks", ((req) => req.socket.destroy()) as RequestListener, "could not be fetched"],
  [
    "the server leads elsewhere",
    ((_req, res) => res.writeHead(302, { location: "http://127.0.0.1:9/" }).end()) as RequestListener,
    "could not be fetched",
  ],
])("answers input_not_fetched when %s, and does not tell the address", async (_what, answer, reason) => {
  const { url } = await slave();
  answers = answer;
  const response = await lease(url, { 0: input("/b/one?sign=secret") });
  expect(response.status).toBe(409);
  const problem = await jsonOf(response);
  expect(problem).toMatchObject({ code: "input_not_fetched", error: expect.stringContaining(reason) });
  expect(JSON.stringify(problem)).not.toContain("secret");
});

it("gives a server up that falls silent", async () => {
  const { url } = await startTestSlave({ SLAVE_STORE_URL: origin, UPLOAD_IDLE_SECONDS: "0.3" });
  answers = (_req, res) => void res.write("large ");
  const response = await lease(url, { 0: input("/b/one") });
  expect(await jsonOf(response)).toMatchObject({
    code: "input_not_fetched",
    error: "large.bin could not be fetched from the bucket: the server fell silent.",
  });
});

it("calls no other server, and none where SLAVE_STORE_URL is not set", async () => {
  const { url } = await slave();
  const { url: plain } = await startTestSlave();
  const elsewhere = input("", { url: "http://127.0.0.1:9/b/one" });
  for (const [at, inputs] of [
    [url, { 0: elsewhere }],
    [url, { 0: input("/b/one"), 1: elsewhere }],
    [url, { 0: input("", { url: `file:///etc/hostname` }) }],
    [url, { 5: input("/b/one") }],
    [url, { 0: input("", { url: "no address" }) }],
    [plain, { 0: input("/b/one") }],
  ] as const) {
    const response = await lease(at, inputs);
    expect([response.status, (await jsonOf(response)).code]).toEqual([400, "bad_store_inputs"]);
  }
  expect(asked).toEqual([]);
});
