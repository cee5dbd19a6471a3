import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { AssignAnswer, JobView } from "../../shared/contract/jobs.ts";
import type { InputResults } from "../../shared/contract/results.ts";
import { fixture, multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

const TOKENS = "alice:alices-secret,bob:bobs-secret";
type Who = "alice" | "bob";

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet({
    CLIENT_TOKEN: TOKENS,
    FLEET_TOKEN: "fleets-secret",
    JOBS: "own",
    RESULT_CACHE: "use",
  });
  await fleet.slave();
  await until("a slave", async () => {
    const { slaves } = (await (await as("alice", "/slaves")).json()) as { slaves: { state: string }[] };
    return slaves.some(({ state }) => state === "alive") ? true : undefined;
  });
}, 60_000);

afterAll(() => fleet?.stop());

describe("with JOBS=own", () => {
  let job: AssignAnswer;
  let broken: AssignAnswer;
  beforeAll(async () => {
    job = await send("alice", "note.txt", "A fine day.");
    broken = await send("alice", "picture.txt", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    expect(broken.files[0]?.state).toBe("failed");
  });

  it("a client lists and sees its own jobs, another sees none of them", async () => {
    expect((await list("alice")).sort()).toEqual([job.job_id, broken.job_id].sort());
    expect(await list("bob")).toEqual([]);
    expect((await as("alice", `/jobs/${job.job_id}`)).status).toBe(200);
  });

  it.each([
    ["GET", (id: string) => `/jobs/${id}`],
    ["GET", (id: string) => `/jobs/${id}?wait=1`],
    ["GET", (id: string) => `/api/jobs/${id}`],
    ["GET", (id: string) => `/jobs/${id}/events`],
    ["GET", (id: string) => `/jobs/${id}/files/0/input`],
    ["GET", (id: string) => `/jobs/${id}/results`],
    ["GET", (id: string) => `/jobs/${id}/results.zip`],
    ["GET", (id: string) => `/jobs/${id}/results/note_analysis.json`],
    ["POST", (id: string) => `/jobs/${id}/retry`],
    ["DELETE", (id: string) => `/jobs/${id}`],
    ["DELETE", (id: string) => `/jobs/${id}?purge=true`],
  ])("%s %s of another's job is the same 404 as of none", async (method, path) => {
    const of = async (id: string) => {
      const answer = await as("bob", path(id), { method });
      const text = (await answer.text()).replaceAll(id, "<id>");
      return [answer.status, text.replace(/"request_id":"[^"]*"/, '"request_id":"<its own>"')];
    };
    const others = await of(broken.job_id);
    expect(others).toEqual(await of("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    expect(others).toEqual([404, expect.stringContaining('"no_such_job"')]);
  });

  it("a result is served to its owner only, with every HTTP method", async () => {
    const url = job.files[0]?.url ?? "";
    expect(url).toBe("/results/text/note_analysis.json");
    expect([(await as("alice", url)).status, (await as("alice", `/api${url}`)).status]).toEqual([200, 200]);
    for (const path of [url, `/api${url}`]) {
      for (const method of ["GET", "HEAD"]) expect((await as("bob", path, { method })).status).toBe(404);
    }
  });

  it("the owner's job is untouched by all this and can still be retried", async () => {
    const answer = await as("alice", `/jobs/${broken.job_id}/retry`, { method: "POST" });
    expect(answer.status).toBe(202);
    const { job_id: id } = (await answer.json()) as { job_id: string };
    expect((await as("alice", `/jobs/${id}`)).status).toBe(200);
    expect((await as("bob", `/jobs/${id}`)).status).toBe(404);
  });

  it("the same Idempotency-Key of two clients is two jobs, neither of which the other hears of", async () => {
    const sends = (["alice", "bob", "alice", "bob"] as const).map((who) =>
      send(who, "keyed.txt", `Of ${who}.`, { "idempotency-key": "k" }),
    );
    const [first, second, third, fourth] = (await Promise.all(sends)).map((answer) => answer.job_id);
    expect(first).not.toBe(second);
    expect([third, fourth]).toEqual([first, second]);
    expect(await list("bob")).toEqual([second]);
  });

  it("a recorded result serves its own client only, also by the digest of its input", async () => {
    const text = "The same words of two clients.";
    const first = await send("alice", "mine.txt", text);
    const others = await send("bob", "his.txt", text);
    expect(others.files[0]).toMatchObject({ state: "done", attempts: 1 });
    expect(others.files[0]?.cached).toBeUndefined();
    const again = await send("alice", "again.txt", text);
    expect(again.files[0]).toMatchObject({ cached: true, cached_from: first.job_id });
    const found = async (who: Who) => {
      const answer = await as(who, `/results/by-input/${first.files[0]?.sha256}`);
      const { total, results } = (await answer.json()) as InputResults;
      return [total, results.map(({ job_id }) => job_id)];
    };
    expect(await found("alice")).toEqual([2, [again.job_id, first.job_id]]);
    expect(await found("bob")).toEqual([1, [others.job_id]]);
    for (const id of [again.job_id, others.job_id])
      await as(id === others.job_id ? "bob" : "alice", `/jobs/${id}?purge=true`, { method: "DELETE" });
  });

  it("names of files that slaves work on are not shown", async () => {
    const page = await fixture("ocr/small-print.png");
    const files = Array.from({ length: 20 }, (_, n) => ({ name: `secret-${n}.png`, body: page }));
    const answer = await as("alice", "/assign_task", {
      method: "POST",
      body: multipart(files, { task: "ocr", field: "images" }),
      headers: { prefer: "respond-async" },
    });
    const { job_id: id } = (await answer.json()) as { job_id: string };
    await until("work", async () => {
      const view = (await (await as("alice", `/jobs/${id}`)).json()) as JobView;
      return view.counts.running > 0 ? true : undefined;
    });
    expect(await (await as("bob", "/slaves")).text()).not.toContain("secret-");
    await as("alice", `/jobs/${id}?purge=true`, { method: "DELETE" });
  });

  it("a model predicts for its owner only, by its name and by its job", async () => {
    const post = async (who: Who, table: string, task: string, options: object) => {
      const form = new FormData();
      form.append("task_type", task);
      form.append("options", JSON.stringify(options));
      form.append("tables", new Blob([await fixture(`../../examples/files/${table}.csv`)]), `${table}.csv`);
      return await as(who, "/assign_task", { method: "POST", body: form });
    };
    const trained = await post("alice", "apples", "train", { trees: 5, test_share: 0 });
    const { job_id: id, files } = (await trained.json()) as AssignAnswer;
    for (const model of [basename(files[0]?.url ?? ""), id]) {
      expect((await post("alice", "apples-new", "predict", { model })).status).toBe(200);
      const others = await post("bob", "apples-new", "predict", { model });
      expect([others.status, ((await others.json()) as { code: string }).code]).toEqual([
        404,
        "no_such_result",
      ]);
    }
  });

  it("whose a job is survives a restart", async () => {
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    expect((await as("alice", `/jobs/${job.job_id}`)).status).toBe(200);
    expect((await as("bob", `/jobs/${job.job_id}`)).status).toBe(404);
  });

  it("a retry under a key is one new job, however often it is sent", async () => {
    const retry = async (key: string) => {
      const answer = await as("alice", `/jobs/${broken.job_id}/retry`, {
        method: "POST",
        headers: { "idempotency-key": key },
      });
      const body = (await answer.json()) as { job_id: string; code?: string };
      return { status: answer.status, replayed: answer.headers.get("idempotency-replayed"), ...body };
    };
    const first = await retry("again");
    const second = await retry("again");
    expect([first.status, second.status, second.replayed]).toEqual([202, 202, "true"]);
    expect(second.job_id).toBe(first.job_id);
    expect((await retry("another")).job_id).not.toBe(first.job_id);
    expect(await retry("k")).toMatchObject({ status: 422, code: "idempotency_mismatch" });
  });
});

test.each([
  ["CLIENT_TOKEN=one,two", { CLIENT_TOKEN: "one,two" }],
  ["no client's token", {}],
])("JOBS=own with %s is refused at start", async (_what, env) => {
  await expect(startFleet({ JOBS: "own", ...env })).rejects.toThrow(/JOBS=own needs CLIENT_TOKEN/);
});

async function as(who: Who, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${who}s-secret`, ...init.headers };
  return await fetch(fleet.master.url + path, { ...init, headers });
}

async function send(who: Who, name: string, text: string, headers: Record<string, string> = {}) {
  const body = multipart([{ name, body: Buffer.from(text) }], { task: "text" });
  return (await (await as(who, "/assign_task", { method: "POST", body, headers })).json()) as AssignAnswer;
}

async function list(who: Who): Promise<string[]> {
  const { jobs } = (await (await as(who, "/jobs")).json()) as { jobs: JobView[] };
  return jobs.map(({ id }) => id);
}
