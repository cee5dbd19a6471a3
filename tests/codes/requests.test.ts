import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import express, { type RequestHandler } from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import type { AssignAnswer } from "../../shared/contract/jobs.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import { createLogger } from "../../shared/logger.ts";
import { type GetTaskDeps, getTask } from "../../slave/http/getTask.ts";
import { multipart, type RunningFleet, type Started, startFleet } from "../e2e/fleet.ts";
import { startTestSlave, stopTestSlaves } from "../fixtures/slave/start.ts";
import { documentedStatuses } from "./documented.ts";

/** A working master, a master with tokens and no slave, a master on a full disk, and a slave without a master. */
let working: RunningFleet;
let closed: RunningFleet;
let full: RunningFleet;
let alone: Started;
let done: AssignAnswer;
let failed: AssignAnswer;
let waiting: string;

const TEXT = { name: "a.txt", body: Buffer.from("A fine day.") };
/** Nothing listens there. */
const NO_BUCKET = "http://127.0.0.1:9";
const WITH_TOKEN = { authorization: "Bearer clients" };

beforeAll(async () => {
  const limits = { MAX_FILES: "3", MAX_FILE_BYTES: "1MB", MAX_SLAVES: "1", MAX_LOCAL_SLAVES: "2" };
  const slow = { UPLOAD_IDLE_SECONDS: "1", HEAD_SECONDS: "2" };
  [working, closed, full] = await Promise.all([
    startFleet({ ...limits, ...slow, CHILD_MEMORY: "400MB", WEBHOOK_SECRET: `whsec_${"A".repeat(40)}` }),
    startFleet({
      CLIENT_TOKEN: "clients",
      FLEET_TOKEN: "fleets",
      MAX_QUEUED_UNITS: "0",
      CHILD_MEMORY: "much",
    }),
    startFleet({ MIN_FREE_BYTES: "1000000TB" }),
  ]);
  await working.slave();
  alone = await full.slave({
    ...{ MASTER_URL: "http://127.0.0.1:1", SLAVE_MAX_UNITS: "1", SLAVE_STORE_URL: NO_BUCKET },
  });
  await working.alive(1);
  done = await jobOf(
    [{ name: "numbers.txt", body: Buffer.from("1234567.5\n".repeat(20_000)) }],
    "mean",
    "numbers",
  );
  failed = await jobOf([{ name: "large.txt", body: Buffer.alloc(300_000) }], "text", "texts");
  const answer = await fetch(`${closed.master.url}/assign_task`, {
    method: "POST",
    body: multipart([TEXT], { task: "text" }),
    headers: { ...WITH_TOKEN, prefer: "respond-async" },
  });
  waiting = ((await answer.json()) as { job_id: string }).job_id;
}, 120_000);

afterAll(async () => {
  await Promise.all([working?.stop(), closed?.stop(), full?.stop(), stopTestSlaves()]);
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
}
type Field = readonly [name: string, value: string, filename?: string];

const MADE: Readonly<Record<string, () => Promise<Answer>>> = {
  unknown_task: () =>
    assign([
      ["task_type", "x"],
      ["texts", "a", "a.txt"],
    ]),
  no_task: () => assign([["texts", "a", "a.txt"]]),
  wrong_field: () =>
    assign([
      ["task_type", "text"],
      ["images", "a", "a.txt"],
    ]),
  unknown_field: () =>
    assign([
      ["task_type", "text"],
      ["texts", "a"],
    ]),
  bad_field: () =>
    assign([
      ["task_type", "text"],
      ["task_type", "text"],
      ["texts", "a", "a.txt"],
    ]),
  no_files: () => assign([["task_type", "text"]]),
  bad_options: () =>
    assign([
      ["task_type", "text"],
      ["options", "{"],
      ["texts", "a", "a.txt"],
    ]),
  bad_budgets: () =>
    assign([
      ["task_type", "text"],
      ["budgets", '{"x":1}'],
      ["texts", "a", "a.txt"],
    ]),
  bad_priority: () =>
    assign([
      ["task_type", "text"],
      ["priority", "11"],
      ["texts", "a", "a.txt"],
    ]),
  bad_callback: () => assign(withCallback("ftp://example.org/")),
  callback_refused: () => assign(withCallback("http://169.254.169.254/")),
  webhooks_off: () =>
    of(
      fetch(`${closed.master.url}/assign_task`, {
        method: "POST",
        body: form(withCallback("http://example.org/")),
        headers: { ...WITH_TOKEN, prefer: "respond-async" },
      }),
    ),
  bad_units: () =>
    lease([
      ["task_type", "text"],
      ["step", "analyse"],
      ["units", "x"],
      ["texts", "a", "a.txt"],
    ]),
  no_step: () =>
    lease(
      [
        ["task_type", "embedding"],
        ["texts", "a", "a.txt"],
      ],
      FRAMES_TYPE,
    ),
  unknown_step: () =>
    lease([
      ["task_type", "text"],
      ["step", "x"],
      ["texts", "a", "a.txt"],
    ]),
  step_version_mismatch: () =>
    lease([
      ["task_type", "text"],
      ["step", "analyse"],
      ["step_version", "999"],
      ["texts", "a", "a.txt"],
    ]),
  bad_shared_inputs: () =>
    lease([
      ["task_type", "text"],
      ["shared_inputs", "x"],
      ["texts", "a", "a.txt"],
    ]),
  input_not_kept: () =>
    lease([
      ["task_type", "text"],
      ["shared_inputs", `{"0":{"filename":"a","bytes":1,"sha256":"${"0".repeat(64)}","sent":false}}`],
    ]),
  bad_store_inputs: () => lease(leaseToFetch("https://elsewhere.example/in")),
  input_not_fetched: () => lease(leaseToFetch(`${NO_BUCKET}/in`)),
  bad_multipart: () => post("/assign_task", "x", { "content-type": "multipart/form-data" }),
  not_multipart: () => post("/assign_task", "{}", { "content-type": "application/json" }),
  bad_json: () => post("/register", "{", { "content-type": "application/json" }),
  bad_query: () => get("/jobs?limit=x"),
  bad_request: () => get("/jobs/%E0%A4%A"),
  bad_http: () => raw("nonsense\r\n\r\n"),
  bad_idempotency_key: () => assign([["texts", "a", "a.txt"]], { "idempotency-key": "ü" }),
  idempotency_mismatch: async () => {
    await assign(
      [
        ["task_type", "text"],
        ["texts", "a", "a.txt"],
      ],
      { "idempotency-key": "k" },
    );
    return await assign(
      [
        ["task_type", "text"],
        ["texts", "b", "a.txt"],
      ],
      { "idempotency-key": "k" },
    );
  },
  bad_registration: () => register({}),
  slave_address_refused: () => register({ slave_ip: "169.254.169.254", slave_port: 80 }),
  slave_address_unknown: () => register({ slave_ip: "nobody.invalid", slave_port: 80 }),
  no_tunnel: () => register({ slave_port: 0, tunnel: "0".repeat(36) }),
  upgrade_required: () => get("/tunnel"),
  too_many_slaves: () => register({ slave_ip: "127.0.0.1", slave_port: 9 }),
  bad_slaves: () => post("/slaves", '{"count":-1}', { "content-type": "application/json" }),
  bad_session: () => post("/session", "{}", { "content-type": "application/json" }),
  too_many_local_slaves: () => post("/slaves", '{"count":9}', { "content-type": "application/json" }),
  slave_not_started: () =>
    of(
      fetch(`${closed.master.url}/slaves`, {
        method: "POST",
        body: "{}",
        headers: { ...WITH_TOKEN, "content-type": "application/json" },
      }),
    ),
  unauthorized: () => of(fetch(`${closed.master.url}/jobs`)),
  too_many_attempts: async () => {
    // From a separate address, so that the other requests here need not wait.
    const guess = (token: number) =>
      raw(request("GET", "/jobs", `Authorization: Bearer guess-${token}\r\n`), {
        at: closed.master.port,
        from: "127.0.0.9",
      });
    let answer = await guess(0);
    for (let tries = 1; tries < 40 && answer.status === 401; tries += 1) answer = await guess(tries);
    return answer;
  },
  host_not_allowed: () => raw("GET /jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
  cross_site: () => get("/jobs", { origin: "http://evil.example" }),
  bad_origin: async () => {
    const headers = { "content-type": "application/json" };
    const signedIn = await fetch(`${closed.master.url}/session`, {
      method: "POST",
      headers,
      body: '{"token":"clients"}',
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const host = `Host: ${new URL(closed.master.url).host}`;
    const text = `DELETE /jobs/x HTTP/1.1\r\n${host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
    return await raw(text, { at: closed.master.port });
  },
  not_found: () => get("/nothing/here"),
  method_not_allowed: () => of(fetch(`${working.master.url}/jobs`, { method: "PUT" })),
  no_such_job: () => get("/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
  no_such_schema: () => get("/schemas/image.json"),
  no_such_file: () => get(`/jobs/${done.job_id}/files/99/input`),
  no_such_result: () => get("/results/text/nothing.json"),
  result_gone: async () => {
    const { name } = done.attachments[0] ?? { name: "" };
    await rm(working.results, { recursive: true });
    await removeLarge();
    return await get(`/jobs/${done.job_id}/results/${encodeURIComponent(name)}`);
  },
  bad_range: async () => {
    const { files } = await jobOf([TEXT], "text", "texts");
    return await get(files[0]?.url ?? "", { range: "bytes=999999-" });
  },
  no_such_slave: () => get("/slaves/nobody"),
  request_timeout: () => raw("GET /jobs HTTP/1.1\r\nHost: localhost\r\n"),
  upload_stalled: () =>
    raw(request("POST", "/assign_task", `Content-Type: ${FORM}\r\nContent-Length: 99\r\n`) + PART),
  job_running: () =>
    of(fetch(`${closed.master.url}/jobs/${waiting}/retry`, { method: "POST", headers: WITH_TOKEN })),
  nothing_to_retry: async () => {
    const { job_id: id } = await jobOf([TEXT], "text", "texts");
    return await post(`/jobs/${id}/retry`, "");
  },
  inputs_gone: async () => {
    await removeLarge();
    return await post(`/jobs/${failed.job_id}/retry`, "");
  },
  too_large: () => assign([["texts", "x".repeat(1_100_000), "a.txt"]]),
  too_many_files: () => assign([1, 2, 3, 4].map((n) => ["texts", "x", `${n}.txt`] as const)),
  too_many_fields: () => assign(Array.from({ length: 101 }, (_, n) => [`f${n}`, "x"] as const)),
  field_too_large: () => assign([["options", "x".repeat(1_100_000)]]),
  queue_full: () =>
    of(
      fetch(`${closed.master.url}/assign_task`, {
        method: "POST",
        body: multipart([TEXT], { task: "text" }),
        headers: { ...WITH_TOKEN, prefer: "respond-async" },
      }),
    ),
  slave_full: async () => {
    const slave = await busySlave({ SLAVE_MAX_UNITS: "1" });
    return await of(fetch(`${slave.url}/get_task`, { method: "POST", body: form(ODD) }));
  },
  headers_too_large: () => raw(request("GET", "/", `X: ${"x".repeat(20_000)}\r\n`)),
  internal_error: () =>
    answerOf(() => {
      throw new Error("a secret path");
    }),
  not_writable: () =>
    answerOf(() => {
      throw Object.assign(new Error("a secret path"), { code: "EACCES", path: "/a secret path" });
    }),
  no_slaves: () =>
    of(
      fetch(`${closed.master.url}/assign_task`, {
        method: "POST",
        body: multipart([TEXT], { task: "text" }),
        headers: WITH_TOKEN,
      }),
    ),
  no_file_done: () =>
    assign([
      ["task_type", "text"],
      ["texts", "\0\0\0", "a.txt"],
    ]),
  // A stopping slave still answers on open connections.
  stopping: () => answerOf(getTask({ work: { draining: AbortSignal.abort() } } as GetTaskDeps)),
  no_space: () =>
    of(
      fetch(`${full.master.url}/assign_task`, {
        method: "POST",
        body: multipart([TEXT], { task: "text" }),
        headers: { prefer: "respond-async" },
      }),
    ),
};

test.each(Object.keys(MADE))(
  "%s is answered with its documented status",
  async (code) => {
    const made = await MADE[code]?.();
    expect(made?.code).toBe(code);
    expect(String(made?.status)).toMatch(documentedStatuses().get(code) ?? /none/);
  },
  60_000,
);

function withCallback(callback: string): readonly Field[] {
  return [
    ["task_type", "text"],
    ["callback", callback],
    ["texts", "a", "a.txt"],
  ];
}

const FORM = "multipart/form-data; boundary=b";
const PART = '--b\r\nContent-Disposition: form-data; name="texts"; filename="a"\r\n\r\nsome';

function leaseToFetch(url: string): readonly Field[] {
  const input = { filename: "a.txt", bytes: 1, sha256: "0".repeat(64), url };
  return [
    ["task_type", "text"],
    ["store_inputs", JSON.stringify({ 0: input })],
  ];
}

function form(fields: readonly Field[]): FormData {
  const data = new FormData();
  for (const [name, value, filename] of fields) {
    if (filename === undefined) data.append(name, value);
    else data.append(name, new Blob([value]), filename);
  }
  return data;
}

async function of(answer: Promise<Response>): Promise<Answer> {
  const response = await answer;
  const text = await response.text();
  expect(text).not.toMatch(/\bat .*:\d+:\d+|a secret path|node_modules/);
  return { status: response.status, code: /"code":\s*"([a-z_]+)"/.exec(text)?.[1] };
}

const get = (path: string, headers: Record<string, string> = {}) =>
  of(fetch(working.master.url + path, { headers }));
const post = (path: string, body: string | FormData, headers: Record<string, string> = {}) =>
  of(fetch(working.master.url + path, { method: "POST", body, headers }));
const assign = (fields: readonly Field[], headers: Record<string, string> = {}) =>
  // A browser's `fetch` takes no header beyond Latin-1, which is what a bad key is sent as.
  post("/assign_task", form(fields), headers);
const lease = (fields: readonly Field[], accept = "application/json") =>
  of(fetch(`${alone.url}/get_task`, { method: "POST", body: form(fields), headers: { accept } }));
const register = (body: object) =>
  post("/register", JSON.stringify(body), { "content-type": "application/json" });

async function jobOf(
  files: Parameters<typeof multipart>[0],
  task: string,
  field: string,
): Promise<AssignAnswer> {
  const body = multipart(files, { task, field });
  return (await (
    await fetch(`${working.master.url}/assign_task`, { method: "POST", body })
  ).json()) as AssignAnswer;
}

/** The answer of a route in a separate server. */
async function answerOf(route: RequestHandler): Promise<Answer> {
  const app = express().use(route, problemHandler(createLogger("test", "silent")));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = await of(fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  server.close();
  return answer;
}

const ODD: readonly Field[] = [
  ["task_type", "odd"],
  ["files", "x", "a"],
];

/** A slave that works on one unit for a minute. */
async function busySlave(env: Record<string, string>) {
  const slave = await startTestSlave(env);
  const units = JSON.stringify([{ id: "u", files: [0], args: { ms: 60_000 } }]);
  const body = form([...ODD, ["step", "sleep"], ["units", units]]);
  const answer = await fetch(`${slave.url}/get_task`, {
    method: "POST",
    body,
    headers: { accept: FRAMES_TYPE },
  });
  answer.text().catch(() => undefined);
  return slave;
}

/** Files of the spool that are no packs. */
async function removeLarge(): Promise<void> {
  const spool = join(working.folder, "data/master/spool");
  for (const entry of await readdir(spool, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes("pack")) await rm(path);
  }
}

function request(method: string, path: string, headers = ""): string {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`;
}

async function raw(text: string, { at = working.master.port, from = "127.0.0.1" } = {}): Promise<Answer> {
  const socket = connect({ port: at, host: "127.0.0.1", localAddress: from }).on("error", () => undefined);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, "close");
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
    code: /"code":"([a-z_]+)"/.exec(answer)?.[1],
  };
}
