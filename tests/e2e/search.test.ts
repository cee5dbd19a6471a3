import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BulkAnswer } from "../../shared/contract/bulk.ts";
import type { AssignAnswer, JobDetail, JobList } from "../../shared/contract/jobs.ts";
import { fixture, multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

/** No text: its file fails. */
const BROKEN = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
type Who = "alice" | "bob";

let fleet: RunningFleet;
let good: AssignAnswer;
let mixed: AssignAnswer;
let bobs: AssignAnswer;

beforeAll(async () => {
  const tokens = "alice:alices-secret,bob:bobs-secret";
  fleet = await startFleet({ CLIENT_TOKEN: tokens, FLEET_TOKEN: "fleets-secret", JOBS: "own" });
  await fleet.slave({ SLAVE_NAME: "box-1" });
  await until("a slave", async () => (await as("alice", "/readyz")).ok || undefined);
  good = await send("alice", ["Report.txt", "100%.txt"]);
  mixed = await send("alice", ["scan.txt", "broken.txt", "broken-2.txt"], "Scans of May");
  bobs = await send("bob", ["report.txt", "broken.txt"]);
}, 120_000);

afterAll(() => fleet?.stop());

describe("a search", () => {
  test.each([
    ["report", () => [good]],
    ['"scans of"', () => [mixed]],
    ["file:100%", () => [good]],
    ["state:partial slave:BOX-1", () => [mixed]],
    ["code:wrong_type", () => [mixed]],
    ["-code:wrong_type task:text since:1h", () => [good]],
    ["since:2100-01-01", () => []],
    ["client:bob", () => []],
  ])("%s finds the client's own jobs, and tells how many", async (q, jobs) => {
    const found = await ask<JobList>("alice", `/jobs?q=${encodeURIComponent(q)}`);
    expect(found.jobs.map(({ id }) => id)).toEqual(jobs().map(({ id }) => id));
    expect(found.total).toBe(jobs().length);
  });

  test("pages of a search lead to each other, and each tells the number of all", async () => {
    const first = await ask<JobList>("alice", "/jobs?q=txt&limit=1");
    const second = await ask<JobList>("alice", `/jobs?q=txt&limit=1&cursor=${first.next_cursor}`);
    expect([...first.jobs, ...second.jobs].map(({ name }) => name)).toEqual([
      "Scans of May",
      "Report.txt and 1 more",
    ]);
    expect([first.total, second.total, second.next_cursor]).toEqual([2, 2, undefined]);
  });

  test("files of a job are searched, counted and paged", async () => {
    const path = `/jobs/${mixed.id}?q=${encodeURIComponent("state:failed code:wrong_type")}`;
    const page = await ask<JobDetail>("alice", `${path}&limit=1`);
    expect(page.files).toMatchObject([{ index: 1, filename: "broken.txt", attempts: 1, slave: "box-1" }]);
    expect(page.files[0]).toHaveProperty("wait_seconds");
    expect(page.files[0]).toHaveProperty("run_seconds");
    expect(page.matching).toBe(2);
    const next = await ask<JobDetail>("alice", page.next ?? "");
    expect(next.files.map(({ index }) => index)).toEqual([2]);
    expect(next.next).toBeUndefined();
  });

  test.each(["/jobs?q=", "/jobs/{id}?q="])("%s with a search that is wrong says where", async (path) => {
    const answer = await as(
      "alice",
      `${path.replace("{id}", mixed.id)}${encodeURIComponent("a state:broken")}`,
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "bad_query", field: "q", position: 9 });
  });
});

describe("tables of a job", () => {
  const table = async (id: string, name: string) => {
    const answer = await as("alice", `/jobs/${id}/${name}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    return (await answer.text()).split("\r\n");
  };

  test("failures.csv has the files that failed, and says why", async () => {
    const [head, ...lines] = await table(mixed.id, "failures.csv");
    expect(head).toBe(
      "index,filename,path,state,code,error,attempts,slave,wait_seconds,run_seconds,ended_at,bytes,sha256",
    );
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^1,broken\.txt,broken\.txt,failed,wrong_type,.*,1,box-1,[\d.]+,[\d.]+,\d{4}-.*Z,16,[0-9a-f]{64}$/,
    );
    expect(lines.at(-1)).toBe("");
  });

  test("results.csv has the main fields of each result, by path", async () => {
    const [head, first, second, end] = await table(good.id, "results.csv");
    expect(head).toBe(
      "index,filename,path,state,word_count,sentence_count,language,sentiment.label,sentiment.compound,sentiment.weighted,sentiment.afinn,encoding,result",
    );
    expect(first).toMatch(
      /^0,Report\.txt,Report\.txt,done,1,1,\w+,positive,0\.\d+,[\d.-]+,[\d.-]+,[\w-]+,\/results\/text\/Report_analysis\.json$/,
    );
    expect(second).toMatch(/^1,100%\.txt,/);
    expect(end).toBe("");
    expect(await table(mixed.id, "results.csv")).toHaveLength(3);
  });

  test("names that a spreadsheet would compute are texts", async () => {
    const { id } = await send("alice", ["=1+1,'x'.txt", "-2.txt"]);
    const lines = await table(id, "results.csv");
    expect(lines[1]).toMatch(/^0,"'=1\+1,'x'\.txt","'=1\+1,'x'\.txt",done,/);
    expect(lines[2]).toMatch(/^1,'-2\.txt,'-2\.txt,done,/);
    await bulk("alice", "delete", { q: id });
  });

  test.each(["failures.csv", "results.csv"])("%s of another's job is none", async (name) => {
    expect((await as("bob", `/jobs/${good.id}/${name}`)).status).toBe(404);
  });

  test("images have the facts of their results", async () => {
    const files = [{ name: "tiny.jpg", body: await fixture("classic/inputs/tiny.jpg") }];
    const body = multipart(files, { task: "image", field: "images" });
    const { id } = (await (
      await as("alice", "/assign_task", { method: "POST", body })
    ).json()) as AssignAnswer;
    const [head, line] = await table(id, "results.csv");
    expect(head).toContain("state,width,height,format,bits,");
    expect(line).toMatch(/^0,tiny\.jpg,tiny\.jpg,done,\d+,\d+,png,8,false,1,jpeg,/);
    await bulk("alice", "delete", { q: id });
  });
});

describe("all jobs that a search finds", () => {
  test.each([
    ["cancel", {}, "q"],
    ["retry", { q: "" }, "q"],
    ["delete", { q: "  " }, "q"],
    ["delete", { q: "a", purge: true }, "purge"],
    ["retry", { q: "colour:red" }, "q"],
  ])("%s with %j is refused", async (what, wish, field) => {
    const answer = await post("alice", what, wish);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "bad_query", field }]);
  });

  test("are retried once, of the client alone; those without a failed file are named", async () => {
    const first = await bulk("alice", "retry", { q: "task:text" });
    expect(first).toMatchObject({ total: 2, skipped: [{ id: good.id, code: "nothing_to_retry" }] });
    expect(first.changed).toHaveLength(1);
    const [again = ""] = first.changed;
    const retried = await ask<JobDetail>("alice", `/jobs/${again}?wait=60`);
    expect(retried).toMatchObject({
      retry_of: mixed.id,
      name: "Scans of May",
      state: "failed",
      counts: { total: 2 },
    });
    const repeated = await bulk("alice", "retry", { q: "state:partial" });
    expect(repeated).toMatchObject({
      total: 1,
      changed: [],
      skipped: [{ id: mixed.id, code: "already_retried" }],
    });
    const other = await bulk("alice", "retry", { q: "state:partial", options: { keywords: 3 } });
    expect(other.changed).toHaveLength(1);
    const changed = await ask<JobDetail>("alice", `/jobs/${other.changed[0]}?wait=60`);
    expect(changed.options).toMatchObject({ keywords: 3 });
  });

  test("are cancelled, and those that are over are named", async () => {
    const files = Array.from({ length: 2_000 }, (_, n) => `many-${n}.txt`);
    const waiting = await as("alice", "/assign_task", upload(files, { prefer: "respond-async" }));
    const { id } = (await waiting.json()) as { id: string };
    const first = await bulk("alice", "cancel", { q: "many" });
    expect(first).toEqual({ total: 1, changed: [id], skipped: [] });
    expect(await bulk("alice", "cancel", { q: "many" })).toMatchObject({
      total: 1,
      changed: [],
      skipped: [{ id, code: "job_over", error: `Job ${id} has ended already.` }],
    });
    expect((await ask<JobDetail>("alice", `/jobs/${id}?limit=0`)).state).toBe("cancelled");
  });

  test("are removed, and no other's", async () => {
    const answer = await bulk("alice", "delete", { q: "broken" });
    expect(answer.changed).toContain(mixed.id);
    expect(answer.skipped).toEqual([]);
    expect((await as("alice", `/jobs/${mixed.id}`)).status).toBe(404);
    expect(await bulk("alice", "delete", { q: "broken" })).toEqual({ total: 0, changed: [], skipped: [] });
    expect((await as("bob", `/jobs/${bobs.id}`)).status).toBe(200);
  });
});

async function as(who: Who, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${who}s-secret`, ...init.headers };
  return await fetch(fleet.master.url + path, { ...init, headers });
}

async function ask<T>(who: Who, path: string): Promise<T> {
  const answer = await as(who, path);
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

async function post(who: Who, what: string, wish: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await as(who, `/jobs/${what}`, { method: "POST", headers, body: JSON.stringify(wish) });
}

async function bulk(who: Who, what: string, wish: object): Promise<BulkAnswer> {
  const answer = await post(who, what, wish);
  expect(answer.status).toBe(200);
  return (await answer.json()) as BulkAnswer;
}

function upload(names: readonly string[], headers: Record<string, string>, name?: string): RequestInit {
  const files = names.map((one) => ({
    name: one,
    body: one.startsWith("broken") ? BROKEN : Buffer.from("Fine."),
  }));
  const body = multipart(files, { task: "text", ...(name === undefined ? {} : { name }) });
  return { method: "POST", body, headers };
}

async function send(who: Who, names: readonly string[], name?: string): Promise<AssignAnswer> {
  return (await (await as(who, "/assign_task", upload(names, {}, name))).json()) as AssignAnswer;
}
