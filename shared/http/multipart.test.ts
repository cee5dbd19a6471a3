import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { UnavailableError } from "../errors.ts";
import { type MultipartOptions, readMultipart } from "./multipart.ts";
import { answerProblem } from "./problem.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const limits = { fileBytes: 1_000_000, files: 100, fieldBytes: 1_000, idleSeconds: 30 };

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A server that answers with the form it read. */
async function start(options: Partial<MultipartOptions<string>> = {}) {
  const removed: string[] = [];
  const failures: unknown[] = [];
  const remove = async (stored: string) => void removed.push(stored);
  const server = createServer((req, res) => {
    readMultipart(req, res, { sink: readAll, remove, limits, ...options }).then(
      (form) => res.end(JSON.stringify(form)),
      (error: unknown) => {
        failures.push(error);
        answerProblem(res, error);
      },
    );
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, removed, failures };
}

function form(files: readonly (readonly [string, string])[], fields: Record<string, string> = {}): FormData {
  const data = new FormData();
  for (const [name, body] of files) data.append("files", new File([body], name));
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

async function post(url: string, body: FormData | string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Begins a request whose body never comes to its end. */
function beginUpload(port: number, filename: string, bytes: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const head = `--b\r\nContent-Disposition: form-data; name="files"; filename="${filename}"\r\n\r\n`;
  socket.write(
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999999\r\n\r\n",
  );
  socket.write(head + "x".repeat(bytes));
  return socket;
}

describe("a multipart request", () => {
  it("gives fields and files in the order of the upload, fields after files too", async () => {
    const { url } = await start();
    const files = Array.from({ length: 90 }, (_, i) => [`ünï ${i}.txt`, `body ${i}`] as const);
    const { body } = await post(url, form(files, { task_type: "text" }));
    expect(body.fields).toEqual({ task_type: "text" });
    expect(body.files.map((f: { filename: string }) => f.filename)).toEqual(files.map(([name]) => name));
    expect(body.files.map((f: { stored: string }) => f.stored)).toEqual(files.map(([, text]) => text));
  });

  it("keeps folders in names, as the client sent them", async () => {
    const { url } = await start();
    const { body } = await post(url, form([["a/../b.txt", "x"]]));
    expect(body.files[0].filename).toBe("a/../b.txt");
  });

  it("stores a bounded number of small files at once", async () => {
    let now = 0;
    let most = 0;
    const sink = async (stream: Readable) => {
      now += 1;
      most = Math.max(most, now);
      const text = await readAll(stream);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      return text;
    };
    const { url } = await start({ sink, limits: { ...limits, files: 3_000 } });
    const files = Array.from({ length: 2_000 }, (_, i) => [`${i}`, "y".repeat(1_000)] as const);
    const { body } = await post(url, form(files));
    expect(body.files).toHaveLength(2_000);
    expect(most).toBeLessThan(200);
  });

  it("of another kind is an empty form", async () => {
    const { url } = await start();
    const { body } = await post(url, "{}", { "Content-Type": "application/json" });
    expect(body).toEqual({ fields: {}, files: [] });
  });
});

it.each([
  ["too many files", form([..."abc"].map((name) => [name, "x"] as const)), "too_many_files"],
  ["a file too large", form([["big", "x".repeat(2_000_000)]]), "too_large"],
  ["a field too large", form([["a", "x"]], { options: "x".repeat(2_000) }), "field_too_large"],
  [
    "too many fields",
    form([], Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`f${i}`, "x"]))),
    "too_many_fields",
  ],
])("a request with %s answers 413 and its code", async (_what, data, expected) => {
  const { url } = await start({ limits: { ...limits, files: 2 } });
  expect(await post(url, data)).toMatchObject({
    status: 413,
    body: { code: expected, error: expect.any(String) },
  });
});

it.each([
  [
    "a body that is cut",
    '--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhalf',
    "b",
  ],
  ["no boundary", "x", undefined],
])("a request with %s answers bad_multipart", async (_what, body, boundary) => {
  const { url } = await start();
  const type = `multipart/form-data${boundary === undefined ? "" : `; boundary=${boundary}`}`;
  expect(await post(url, body, { "Content-Type": type })).toMatchObject({
    status: 400,
    body: { code: "bad_multipart" },
  });
});

it("a name with control bytes is taken with _ in their place; contents and other parts stay as they are", async () => {
  const { url } = await start();
  const contents = "\x01\x7f--b\r\nContent-Disposition: form-data; name=\x02";
  const part = (name: string) =>
    `--b\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n\r\n${contents}\r\n`;
  const body = `${part("a\x01\x1b\x7fb.txt")}${part("ünï.txt")}--b--\r\n`;
  const answer = await post(url, body, { "Content-Type": 'multipart/form-data; boundary="b"' });
  expect(answer.body.files).toMatchObject([
    { filename: "a___b.txt", stored: contents },
    { filename: "ünï.txt", stored: contents },
  ]);
});

it("a part with a wrong header is named by its number", async () => {
  const { url } = await start();
  const part = (header: string) => `--b\r\n${header}\r\n\r\nx\r\n`;
  const good = part('Content-Disposition: form-data; name="files"; filename="a.txt"');
  const body = `${good}${good}${part("Content-Disposition form-data")}${good}--b--\r\n`;
  expect(await post(url, body, { "Content-Type": "multipart/form-data; boundary=b" })).toMatchObject({
    status: 400,
    body: { code: "bad_multipart", error: expect.stringContaining("the header of part 3 is wrong") },
  });
});

it("a failing request removes what it stored when a later sink fails, and says what the sink said", async () => {
  const sink = async (stream: Readable) => {
    const text = await readAll(stream);
    if (text === "bad") throw new UnavailableError("disk_full", "No room.", { status: 507 });
    return text;
  };
  const { url, removed } = await start({ sink });
  const answer = await post(
    url,
    form([
      ["a", "one"],
      ["b", "bad"],
    ]),
  );
  expect(answer).toMatchObject({ status: 507, body: { code: "disk_full" } });
  expect(removed).toEqual(["one"]);
});

it("a limit is answered while the body is still coming, then closes the connection", async () => {
  const { port } = await start();
  const socket = beginUpload(port, "big.bin", 1_100_000);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await once(socket, "close");
  expect(answer).toContain("HTTP/1.1 413");
  expect(answer).toContain("big.bin is larger than");
});

it("a failing request removes what it stored when the client leaves", async () => {
  const { port, removed, failures } = await start();
  const socket = beginUpload(port, "a", 10);
  socket.write('\r\n--b\r\nContent-Disposition: form-data; name="files"; filename="b"\r\n\r\nhalf');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  await expect.poll(() => failures.length).toBe(1);
  expect(failures[0]).toMatchObject({ code: "client_gone" });
  expect(removed).toEqual(["x".repeat(10)]);
});

it("a client that left before its request was read is noticed", async () => {
  const failed = new Promise<unknown>((resolve) => {
    const server = createServer((req, res) => {
      const read = () => readMultipart(req, res, { sink: readAll, remove: async () => undefined, limits });
      req.once("error", () => undefined).once("close", () => void read().catch(resolve));
    }).listen(0, "127.0.0.1", () => {
      const socket = beginUpload((server.address() as AddressInfo).port, "a.txt", 100);
      server.once("request", () => socket.resetAndDestroy());
    });
    servers.push(server);
  });
  expect(await failed).toMatchObject({ code: "client_gone" });
});
