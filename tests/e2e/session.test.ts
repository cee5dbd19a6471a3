import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionView } from "../../shared/contract/session.ts";
import { multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
let open: RunningFleet;

beforeAll(async () => {
  [fleet, open] = await Promise.all([
    startFleet({ CLIENT_TOKEN: "alice:alices-secret,bob:bobs-secret", JOBS: "own" }),
    startFleet(),
  ]);
  await fleet.slave({ SLAVE_TASKS: "text" });
  await until("the slave", async () => ((await ask("/readyz")).status === 200 ? true : undefined));
}, 60_000);
afterAll(async () => await Promise.all([fleet?.stop(), open?.stop()]));

test("a right token becomes a cookie that scripts cannot read, and no other site's request carries", async () => {
  const answer = await signIn("alices-secret");
  expect(answer.status).toBe(204);
  const name = `manyhands_session${fleet.master.port}`;
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(new RegExp(`^${name}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
  ]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("the cookie lets its browser in as the token does: lists, uploads, events, downloads", async () => {
  const cookie = await cookieOf("alices-secret");
  expect(await session({ cookie })).toEqual({ required: true, signed_in: true, client: "alice" });
  const uploaded = await ask("/assign_task", {
    method: "POST",
    body: multipart([{ name: "a.txt", body: Buffer.from("A fine day.") }], { task: "text" }),
    headers: { cookie, origin: fleet.master.url },
  });
  expect(uploaded.status).toBe(200);
  const { job_id: id, files } = (await uploaded.json()) as {
    job_id: string;
    files: { url: string }[];
  };
  const paths = ["/jobs", `/jobs/${id}`, `/jobs/${id}/results.zip`, files[0]?.url ?? "", "/metrics"];
  for (const path of paths)
    expect([path, (await ask(path, { headers: { cookie } })).status]).toEqual([path, 200]);
  const events = await ask(`/jobs/${id}/events`, { headers: { cookie, accept: "text/event-stream" } });
  expect(await events.text()).toContain("event: end");
  const bob = await cookieOf("bobs-secret");
  expect((await ask(`/jobs/${id}`, { headers: { cookie: bob } })).status).toBe(404);
});

test("a cookie among others is found, and one that was made up lets no one in", async () => {
  const cookie = await cookieOf("alices-secret");
  const [name = "", id = ""] = cookie.split("=");
  const right = [`a=b; ${cookie}; c=d`, `x${name}=y; ${cookie}`];
  for (const value of right) expect((await ask("/jobs", { headers: { cookie: value } })).status).toBe(200);
  const wrong = ["", name, `${name}=`, `${name}=x`, `${name}=${id}x`, `${name}=${id.slice(1)}`, `x${cookie}`];
  for (const value of wrong)
    expect([value, (await ask("/jobs", { headers: { cookie: value } })).status]).toEqual([value, 401]);
});

test("a wrong token beside a right cookie is refused", async () => {
  const cookie = await cookieOf("alices-secret");
  const headers = { cookie, authorization: "Bearer wrong" };
  expect((await ask("/jobs", { headers })).status).toBe(401);
  expect(await session(headers)).toEqual({ required: true, signed_in: false });
});

test.each([
  ["no page", {}, "bad_origin"],
  ["a page on another port of this host", { "sec-fetch-site": "same-site" }, "bad_origin"],
  ["a page of another site", { "sec-fetch-site": "cross-site" }, "cross_site"],
  ["another origin", { origin: "http://127.0.0.1:1" }, "cross_site"],
  ["an origin without a name", { origin: "null" }, "cross_site"],
])("with the cookie, a change from %s is refused", async (_who, from, code) => {
  const cookie = await cookieOf("alices-secret");
  for (const [method, path] of [
    ["DELETE", "/jobs/none"],
    ["POST", "/assign_task"],
    ["POST", "/slaves"],
    ["DELETE", "/session"],
  ] as const) {
    const answer = await rawly(method, path, { cookie, ...from });
    expect([method, path, answer.status, answer.code]).toEqual([method, path, 403, code]);
  }
  expect(await session({ cookie })).toMatchObject({ signed_in: true });
});

test("with the cookie, a change from a page of this master is made", async () => {
  const cookie = await cookieOf("alices-secret");
  for (const from of [{ "sec-fetch-site": "same-origin" }, { origin: fleet.master.url }])
    expect(await rawly("DELETE", "/jobs/none", { cookie, ...from })).toEqual({
      status: 404,
      code: "no_such_job",
    });
});

test("with a token, a program needs no origin, with any cookie", async () => {
  const headers = { authorization: "Bearer alices-secret", cookie: await cookieOf("bobs-secret") };
  expect(await rawly("DELETE", "/jobs/none", headers)).toEqual({ status: 404, code: "no_such_job" });
  expect(await session(headers)).toMatchObject({ client: "alice" });
});

test("signing out ends the session and its streams, for good", async () => {
  const cookie = await cookieOf("alices-secret");
  const sent = await ask("/assign_task", {
    method: "POST",
    body: multipart([{ name: "a.png", body: Buffer.from("x") }], { task: "image", field: "images" }),
    headers: { cookie, origin: fleet.master.url, prefer: "respond-async" },
  });
  const { job_id: id } = (await sent.json()) as { job_id: string };
  const stream = await ask(`/jobs/${id}/events`, { headers: { cookie } });
  expect(stream.status).toBe(200);
  const answer = await ask("/session", { method: "DELETE", headers: { cookie, origin: fleet.master.url } });
  expect(answer.status).toBe(204);
  expect(answer.headers.getSetCookie()[0]).toMatch(/^manyhands_session\d+=; Max-Age=0; Path=\/; /);
  await expect(stream.text()).rejects.toThrow();
  expect((await ask("/jobs", { headers: { cookie } })).status).toBe(401);
  expect(await session({ cookie })).toEqual({ required: true, signed_in: false });
});

test("signing in again ends the session before, so that an id that was slipped in is of no use", async () => {
  const before = await cookieOf("alices-secret");
  const after = await ask("/session", {
    method: "POST",
    headers: { "content-type": "application/json", cookie: before },
    body: JSON.stringify({ token: "bobs-secret" }),
  });
  expect(after.status).toBe(204);
  expect(await session({ cookie: before })).toMatchObject({ signed_in: false });
});

test("a session does not outlive a restart, and never lets a slave in", async () => {
  const cookie = await cookieOf("alices-secret");
  expect((await ask("/register", { method: "POST", headers: { cookie } })).status).not.toBe(200);
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  expect((await ask("/jobs", { headers: { cookie } })).status).toBe(401);
});

test("wrong tokens are refused, and slowed as elsewhere", async () => {
  const statuses = new Set<number>();
  for (let guess = 0; guess < 30; guess += 1) {
    const answer = await signIn(`guess-${guess}`);
    expect(answer.headers.getSetCookie()).toEqual([]);
    statuses.add(answer.status);
  }
  expect([...statuses]).toEqual([401, 429]);
  expect((await signIn("alices-secret")).status).toBe(204);
}, 60_000);

test.each(['{"token":1}', "{}", '{"token":""}', '{"token":"a","more":1}', `{"token":"${"x".repeat(1025)}"}`])(
  "%.30s is no sign-in",
  async (body) => {
    const headers = { "content-type": "application/json" };
    const answer = await ask("/session", { method: "POST", headers, body });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, "bad_session"]);
  },
);

test("a form, which a page of another site could send, is no sign-in", async () => {
  const body = new URLSearchParams({ token: "alices-secret" });
  expect((await ask("/session", { method: "POST", body })).status).toBe(400);
});

test("where no token is asked for, there is nothing to sign in to", async () => {
  const at = (init: RequestInit) => fetch(`${open.master.url}/session`, init);
  expect(await (await at({})).json()).toEqual({ required: false, signed_in: false });
  const answer = await at({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"token":"x"}',
  });
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([204, []]);
});

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(fleet.master.url + path, init);
}

async function signIn(token: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await ask("/session", { method: "POST", headers, body: JSON.stringify({ token }) });
}

async function cookieOf(token: string): Promise<string> {
  return (await signIn(token)).headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function session(headers: Record<string, string>): Promise<SessionView> {
  return (await (await ask("/session", { headers })).json()) as SessionView;
}

/** A request with exactly these headers; `fetch` adds some of a browser's. */
async function rawly(method: string, path: string, headers: Record<string, string>) {
  return await new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
    const sent = request(fleet.master.url + path, { method, headers, agent: false }, (res) => {
      let text = "";
      res.on("data", (chunk) => {
        text += chunk;
      });
      res.on("end", () => resolve({ status: res.statusCode, code: JSON.parse(text).code }));
    });
    sent.once("error", reject).end();
  });
}
