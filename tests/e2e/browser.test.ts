import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AssignAnswer, JobView } from "../../shared/contract/jobs.ts";
import { multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;

beforeAll(async () => {
  const tokens = "alice:alices-secret,bob:with:colon";
  fleet = await startFleet({ CLIENT_TOKEN: tokens, FLEET_TOKEN: "fleets-secret", JOBS: "own" });
  await fleet.slave();
  await until("a slave", async () => ((await ask("/readyz")).status === 200 ? true : undefined));
}, 60_000);

afterAll(() => fleet?.stop());

/** What a browser sends when its user opens an address. */
const PAGE = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-mode": "navigate" };

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const ALICE = basic("alice", "alices-secret");

it.each([
  ["/docs", "text/html"],
  ["/openapi.json", "application/json"],
  ["/api/docs", "text/html"],
])("%s needs no token", async (path, type) => {
  const answer = await ask(path, PAGE);
  expect([answer.status, answer.type]).toEqual([200, expect.stringContaining(type)]);
});

it("an icon is not there, and a browser's request for it is no refusal", async () => {
  expect((await ask("/favicon.ico", PAGE)).status).toBe(204);
  expect(fleet.master.log.join("")).not.toContain("favicon");
});

it.each(["/stats", "/tasks"])("a browser is asked for a password at %s", async (path) => {
  const refused = await ask(path, PAGE);
  expect([refused.status, refused.challenge]).toEqual([401, 'Basic realm="manyhands", charset="UTF-8"']);
  expect((await ask(path, { ...PAGE, ...ALICE })).status).toBe(200);
});

it.each([
  ["a program", {}],
  ["a script of a page", { accept: "application/json", "sec-fetch-mode": "cors" }],
])("%s is told of the other scheme, so that no window opens", async (_who, headers) => {
  const refused = await ask("/jobs", headers);
  expect([refused.status, refused.challenge]).toEqual([401, 'Bearer realm="manyhands"']);
});

it.each([
  ["any name", basic("somebody", "alices-secret")],
  ["no name", basic("", "alices-secret")],
  ["a password with a colon", basic("bob", "with:colon")],
])("the token is the password, with %s", async (_what, headers) => {
  expect((await ask("/jobs", headers)).status).toBe(200);
});

it.each([
  ["a wrong password", basic("alice", "wrong")],
  ["the token as name", basic("alices-secret", "")],
  ["the fleet's token", basic("alice", "fleets-secret")],
  ["no colon", { authorization: `Basic ${Buffer.from("alices-secret").toString("base64")}` }],
  ["no base64", { authorization: "Basic alice:alices-secret" }],
])("%s opens nothing", async (_what, headers) => {
  expect((await ask("/jobs", headers)).status).toBe(401);
});

it("the token by Basic does not make a slave", async () => {
  const answer = await ask(
    "/register",
    { ...basic("x", "fleets-secret"), "content-type": "text/plain" },
    "POST",
  );
  expect(answer.status).toBe(401);
});

it("JOBS=own counts by the token, whatever name the user gave", async () => {
  const job = await send(ALICE);
  expect(await jobsOf(basic("bob", "alices-secret"))).toEqual([job.job_id]);
  expect(await jobsOf(basic("alice", "with:colon"))).toEqual([]);
  expect((await ask(`/jobs/${job.job_id}`, basic("alice", "with:colon"))).status).toBe(404);
});

it.each([
  ["another origin", { origin: "http://evil.example" }],
  ["another port", { origin: "http://127.0.0.1:1" }],
  ["a sandbox", { origin: "null" }],
  ["another site, without Origin", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
])("a page of %s changes nothing with the browser's password", async (_what, from) => {
  const { job_id: id } = await send(ALICE);
  const before = await jobsOf(ALICE);
  const requests = [
    ["POST", "/assign_task"],
    ["POST", `/jobs/${id}/retry`],
    ["POST", "/slaves"],
    ["DELETE", `/jobs/${id}?purge=true`],
  ] as const;
  for (const [method, path] of requests) {
    const answer = await ask(path, { ...ALICE, ...from, "content-type": "text/plain" }, method);
    expect([path, answer.status, answer.text]).toEqual([path, 403, expect.stringContaining('"cross_site"')]);
  }
  expect(await jobsOf(ALICE)).toEqual(before);
});

it("a page of the master itself may change what its user may", async () => {
  const { job_id: id } = await send(ALICE);
  const own = { ...ALICE, origin: fleet.master.url, "sec-fetch-site": "same-origin" };
  expect((await ask(`/jobs/${id}?purge=true`, own, "DELETE")).status).toBe(200);
  expect(await jobsOf(ALICE)).not.toContain(id);
});

async function send(headers: Record<string, string>): Promise<AssignAnswer> {
  const body = multipart([{ name: "a.txt", body: Buffer.from("A fine day.") }], { task: "text" });
  const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body, headers });
  return (await answer.json()) as AssignAnswer;
}

async function jobsOf(headers: Record<string, string>): Promise<string[]> {
  const { jobs } = JSON.parse((await ask("/jobs", headers)).text) as { jobs: JobView[] };
  return jobs.map(({ id }) => id);
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly challenge: string | undefined;
  readonly text: string;
}

/** With exactly these headers: `fetch` does not send those of a browser. */
async function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request(fleet.master.url + path, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      const { "content-type": type, "www-authenticate": challenge } = answer.headers;
      answer.once("end", () => resolve({ status: answer.statusCode, type, challenge, text }));
    });
    sent.once("error", reject).end();
  });
}
