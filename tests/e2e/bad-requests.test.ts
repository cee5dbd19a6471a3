import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assign, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet({ UPLOAD_IDLE_SECONDS: "1", MAX_FILE_BYTES: "4MB", MAX_FILES: "50" });
  await fleet.slave();
  await fleet.alive(1);
}, 60_000);

afterAll(() => fleet?.stop());

describe.each(["master", "slave"] as const)("a %s", (who) => {
  const path = who === "master" ? "/assign_task" : "/get_task";
  const port = async () => (who === "master" ? fleet.master.port : await slavePort());

  it.each([
    ["no boundary", "multipart/form-data", "x", "bad_multipart"],
    ["an empty boundary", "multipart/form-data; boundary=", "x", "bad_multipart|no_files|no_task"],
    ["a body that ends too soon", FORM, part('name="texts"; filename="a"', "half"), "bad_multipart"],
    ["a body without the boundary", FORM, "nothing of the kind", "bad_multipart"],
    ["no body", FORM, "", "bad_multipart"],
    ["a part without a name", FORM, `${part("", "x")}${END}`, "bad_multipart|no_files|no_task"],
    ["a part without a head", FORM, `--b\r\n\r\nx${END}`, "bad_multipart|no_files|no_task"],
    ["a head of garbage", FORM, `--b\r\n\0\xff: \r\n::\r\n\r\nx${END}`, "bad_multipart|no_files|no_task"],
    ["a head without end", FORM, `--b\r\nContent-Disposition: ${"a".repeat(100_000)}`, "bad_multipart"],
    ["a field name of 10 KB", FORM, `${part(`name="${"n".repeat(10_000)}"`, "x")}${END}`, "bad_multipart"],
    ["1,000 fields", FORM, `${part('name="a"', "x").repeat(1_000)}${END}`, "too_many_fields"],
    ["a field that is nested deep", FORM, `${part(`name="a${"[a]".repeat(50)}"`, "x")}${END}`, ".*"],
    ["a field called __proto__", FORM, `${part('name="__proto__"', "x")}${END}`, ".*"],
    ["a field called __proto__[x]", FORM, `${part('name="__proto__[x]"', "y")}${END}`, ".*"],
    ["another type", "application/json", "{}", "no_files|not_multipart"],
    ["a type that is not one", "multipart/form-data; boundary=b; boundary=c; =", `${END}`, ".*"],
  ])("answers %s with a code, and goes on", async (_what, type, body, code) => {
    const answer = await raw(await port(), request(path, type, body));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.code).toMatch(new RegExp(`^(${code})$`));
  });

  it.each([
    [
      "a head of 20 KB",
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      "headers_too_large",
    ],
    ["garbage", "\x16\x03\x01\x02\x00garbage\r\n\r\n", "bad_http"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", "undefined"],
    ["a foreign Host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "host_not_allowed"],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "bad_http",
    ],
    ["a broken escape", "GET /%E0%A4%A/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", "bad_request|not_found"],
    ["a path of dots", "GET /results/text/..%2f..%2fpackage.json HTTP/1.1\r\nHost: localhost\r\n\r\n", ".*"],
  ])("refuses %s with a code", async (_what, text, code) => {
    const answer = await raw(await port(), text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(String(answer.code)).toMatch(new RegExp(`^(${code})$`));
  });

  it("ends a stalled upload with 408", async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM}\r\nContent-Length: 999999\r\n\r\n`;
    const answer = await raw(await port(), head + part('name="texts"; filename="a"', "some"));
    expect(answer).toMatchObject({ status: 408, code: "upload_stalled" });
  });
});

it("a client that vanishes in the middle of its upload leaves nothing in the spool", async () => {
  const before = await spooled();
  const socket = connect(fleet.master.port, "127.0.0.1").on("error", () => undefined);
  socket.write(
    `POST /assign_task HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM}\r\nContent-Length: 9999999\r\n\r\n`,
  );
  socket.write(part('name="texts"; filename="small"', "whole"));
  socket.write(part('name="texts"; filename="large"', "x".repeat(3_000_000)));
  await until("the large file's beginning", async () =>
    (await spooled()).length > before.length ? true : undefined,
  );
  socket.destroy();
  await until("an empty spool", async () => ((await spooled()).length === before.length ? true : undefined));
});

it("files with odd names are done, each under a name of its own inside the folder", async () => {
  const names = [
    "../../../outside.txt",
    "..\\..\\outside.txt",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "con.txt",
    "LPT1",
    "nul",
    ".",
    "..",
    ".hidden",
    `${"long".repeat(100)}.txt`,
    `${"長".repeat(120)}.txt`,
    "файл.txt",
    "ملف.txt",
    "👩‍👩‍👧‍👦.txt",
    "e\u0301.txt",
    "\u00e9.txt",
    "trailing. ",
    "a:b|c?d*e<f>g.txt",
    "same.txt",
    "same.txt",
    "SAME.txt",
  ];
  const files = names.map((name) => ({ name, body: Buffer.from("A fine day.") }));
  const { status, body } = await assign(fleet.master.url, files, { task: "text" });
  expect(body.error).toBeUndefined();
  expect([status, body.total_files_processed, body.files.length]).toEqual([200, names.length, names.length]);
  const saved = await readdir(join(fleet.results, "text"));
  expect(saved).toHaveLength(names.length);
  for (const name of saved) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^[^./\\\p{Cc}:|?*<>"][^/\\\p{Cc}:|?*<>"]*_analysis[^/\\]*\.json$/u);
  }
  expect((await readdir(fleet.folder)).sort()).toEqual(["data", "processed_results"]);
  expect((await readdir(fleet.results)).filter((name) => name !== ".tmp")).toEqual(["text"]);
  for (const file of body.files) expect((await fetch(fleet.master.url + file.url)).status).toBe(200);
});

it("control characters of an extended parameter reach no file name", async () => {
  const name = "name=\"texts\"; filename*=UTF-8''nul%00tab%09escape%1b%5b31m.txt";
  const body = `${part(name, "A fine day.")}${part('name="task_type"', "text")}${END}`;
  const answer = await raw(fleet.master.port, request("/assign_task", FORM, body));
  expect(answer.status).toBe(200);
  const saved = await readdir(join(fleet.results, "text"));
  expect(saved.filter((file) => file.startsWith("nul"))).toEqual([
    expect.stringMatching(/^[^\p{Cc}]+_analysis\.json$/u),
  ]);
});

it("a file over the limit is answered while the body is still coming", async () => {
  const head = `POST /assign_task HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM}\r\nContent-Length: 99999999\r\n\r\n`;
  const answer = await raw(
    fleet.master.port,
    head + part('name="texts"; filename="a"', "x".repeat(4_300_000)),
  );
  expect(answer).toMatchObject({ status: 413, code: "too_large" });
});

it("after all this master and slave work as before", async () => {
  const { body } = await assign(fleet.master.url, [{ name: "last.txt", body: Buffer.from("Good.") }], {
    task: "text",
  });
  expect(body.total_files_processed).toBe(1);
  expect([fleet.master.process.exitCode, (await fleet.alive(1)).length]).toEqual([null, 1]);
});

const FORM = "multipart/form-data; boundary=b";
const END = "\r\n--b--\r\n";

function part(disposition: string, body: string): string {
  return `\r\n--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${body}`;
}

function request(path: string, type: string, body: string): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${Buffer.byteLength(body, "latin1")}\r\nConnection: close\r\n\r\n${body}`
  );
}

/** Sends exactly this, and reads until the other side closes. */
async function raw(port: number, text: string) {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(Buffer.from(text, "latin1"));
  await once(socket, "close");
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
    code: /"code":"([a-z_]+)"/.exec(answer)?.[1],
    answer,
  };
}

async function slavePort(): Promise<number> {
  const [slave] = await fleet.alive(1);
  return Number(slave?.address.split(":").at(-1));
}

/** Files of the spool that are not shared packs. */
async function spooled(): Promise<string[]> {
  const all = await readdir(join(fleet.folder, "data/master/spool"), {
    recursive: true,
    withFileTypes: true,
  });
  return all
    .filter((entry) => entry.isFile() && !/pack/.test(join(entry.parentPath, entry.name)))
    .map((entry) => entry.name);
}
