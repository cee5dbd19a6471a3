import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import yauzl from "yauzl";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import { fixture, job, post, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";
import { jobEvents, recordedEvents } from "./jobEvents.ts";

const BAD = { name: "bad.png", body: Buffer.from("this is no picture") };

describe("jobs over HTTP, one slave with one slot", () => {
  let fleet: RunningFleet;
  let slave: Started;
  let page: Buffer;
  beforeAll(async () => {
    page = await fixture("ocr/small-print.png");
    fleet = await startFleet();
    slave = await fleet.slave();
    await fleet.alive(1);
  });
  afterAll(async () => await fleet.stop());

  const url = () => fleet.master.url;
  const texts = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      name: `${name}-${n}.txt`,
      body: Buffer.from(`${name} ${n} good`),
    }));
  /** A job that takes some seconds. */
  const pages = (name: string, count = 100) =>
    Array.from({ length: count }, (_, n) => ({ name: `${name}-${n}.png`, body: page }));
  const submit = async (files: { name: string; body: Uint8Array }[], task: "text" | "ocr" | "image") => {
    const field = task === "text" ? "texts" : "images";
    const answer = await post(url(), files, { task, field, headers: { prefer: "respond-async" } });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { job_id: string }).job_id;
  };
  const over = async (id: string) => {
    const detail = await until("the job is over", async () => {
      const answer = (await (await fetch(`${url()}/jobs/${id}?wait=30`)).json()) as JobDetail;
      return answer.ended_at === undefined ? undefined : answer;
    });
    return detail;
  };

  test("wait=N: 200 with the whole answer when the job is over by then", async () => {
    const headers = { prefer: "respond-async, wait=60, return=representation" };
    const answer = await post(url(), texts("soon", 2), { task: "text", headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("preference-applied")).toBe("wait=60, return=representation");
    const body = (await answer.json()) as { state: string; files: { result: { filename: string } }[] };
    expect(body.state).toBe("succeeded");
    expect(body.files.map(({ result }) => result.filename)).toEqual(["soon-0.txt", "soon-1.txt"]);
  });

  test("wait=N: 202 when it is not, and the job goes on", async () => {
    const headers = { prefer: 'respond-async; wait="1"' };
    const answer = await post(url(), pages("later"), { task: "ocr", field: "images", headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.get("preference-applied")).toBe("respond-async, wait=1");
    const { job_id: id } = (await answer.json()) as { job_id: string };
    expect(answer.headers.get("location")).toBe(`/jobs/${id}`);
    expect((await job(url(), id)).ended_at).toBeUndefined();
    await fetch(`${url()}/jobs/${id}`, { method: "DELETE" });
  });

  test("a long poll answers when the job is over; the detail says when, who and what", async () => {
    const id = await submit([...texts("told", 1)], "text");
    const detail = await over(id);
    expect(detail.state).toBe("succeeded");
    const [file] = detail.files;
    expect(file).toMatchObject({ state: "done", attempts: 1, bytes: 11, slave: expect.any(String) });
    expect(file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file?.result_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file?.queue_seconds).toBeGreaterThanOrEqual(0);
    expect(file?.run_seconds).toBeGreaterThanOrEqual(0);
    expect(Date.parse(file?.started_at ?? "")).toBeLessThanOrEqual(Date.parse(file?.ended_at ?? ""));
    expect(detail.statistics.queue_seconds).toBe(file?.queue_seconds);
  });

  test("events: states, one per file, an end; their ids follow from the record and replay the same", async () => {
    const id = await submit([...texts("event", 5)], "text");
    const live = await recordedEvents(url(), id);
    expect(live.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(live.map(({ event }) => event)).toEqual(["state", "state", ...Array(5).fill("file"), "end"]);
    expect(live.at(-1)?.data).toMatchObject({ id, state: "succeeded" });
    expect(await recordedEvents(url(), id)).toEqual(live);
    expect(await recordedEvents(url(), id, { last: 4 })).toEqual(live.slice(4));
    expect((await fetch(`${url()}/jobs/${id}/events?last_event_id=8`)).status).toBe(204);
  });

  test("events go on after a restart of the master where they were", async () => {
    const id = await submit(pages("again", 6), "ocr");
    const seen: number[] = [];
    for await (const { id: event } of jobEvents(url(), id)) {
      if (event !== undefined) seen.push(event);
      if (seen.length === 3) break;
    }
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    for (const event of await recordedEvents(url(), id, { last: 3 })) seen.push(event.id ?? 0);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await job(url(), id)).state).toBe("succeeded");
  });

  test("progress tells the counts", async () => {
    const id = await submit(texts("count", 3), "text");
    await over(id);
    const events = [];
    for await (const event of jobEvents(url(), id)) if (event.event === "progress") events.push(event);
    expect(events.at(-1)).toEqual({
      id: undefined,
      event: "progress",
      data: { total: 3, queued: 0, running: 0, done: 3, failed: 0, cancelled: 0 },
    });
  });

  test("a result is served below its job with the headers of its own address", async () => {
    const id = await submit(texts("served", 1), "text");
    await over(id);
    const list = (await (await fetch(`${url()}/jobs/${id}/results`)).json()) as {
      results: { name: string; url: string; result_sha256: string }[];
    };
    const [result] = list.results;
    const below = await fetch(`${url()}/api/jobs/${id}/results/${result?.name}`, { redirect: "error" });
    const own = await fetch(`${url()}${result?.url}`);
    const headers = [
      "content-type",
      "content-length",
      "etag",
      "content-disposition",
      "x-content-type-options",
    ];
    for (const name of [...headers, "content-security-policy"])
      expect(below.headers.get(name)).toBe(own.headers.get(name));
    const body = Buffer.from(await below.arrayBuffer());
    expect(body.equals(Buffer.from(await own.arrayBuffer()))).toBe(true);
    expect(createHash("sha256").update(body).digest("hex")).toBe(result?.result_sha256);
    expect((await fetch(`${url()}/jobs/${id}/results/other.json`)).status).toBe(404);
  });

  test.each([
    ["small, in a pack", 10],
    ["large, a file of its own", 20_000],
  ])("a result comes out of the spool where the folder lacks it, in parts too: %s", async (_, times) => {
    const files = [{ name: `spooled-${times}.md`, body: Buffer.from("It is fine. ".repeat(times)) }];
    const headers = { prefer: "respond-async" };
    const answer = await post(url(), files, { task: "document", field: "documents", headers });
    const { job_id: id } = (await answer.json()) as { job_id: string };
    const [file] = (await over(id)).files;
    const whole = await readFile(file?.saved_as ?? "");
    await rm(file?.saved_as ?? "");
    const ask = (headers: Record<string, string>, method = "GET") => {
      const name = (file?.url ?? "").split("/").at(-1);
      return fetch(`${url()}/jobs/${id}/results/${name}`, { method, headers });
    };
    const all = await ask({});
    expect(Buffer.from(await all.arrayBuffer()).equals(whole)).toBe(true);
    const etag = all.headers.get("etag") ?? "";
    expect(etag).toBe(`"${file?.result_sha256}"`);
    const ranges = [
      ["bytes=5-9", 5, 10],
      ["bytes=-7", whole.length - 7, whole.length],
      [`bytes=${whole.length - 3}-`, whole.length - 3, whole.length],
    ] as const;
    for (const [range, from, to] of ranges) {
      const part = await ask({ range, "if-range": etag });
      expect([part.status, part.headers.get("content-range")]).toEqual([
        206,
        `bytes ${from}-${to - 1}/${whole.length}`,
      ]);
      expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
    }
    expect((await ask({ range: "bytes=5-9", "if-range": '"other"' })).status).toBe(200);
    const beyond = await ask({ range: `bytes=${whole.length}-` });
    expect([beyond.status, await codeOf(beyond)]).toEqual([416, "bad_range"]);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${whole.length}`);
    expect((await ask({ "if-none-match": etag, "cache-control": "max-age=0" })).status).toBe(304);
    const head = await ask({}, "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(whole.length)]);
  });

  test("results.zip holds every result as it is", async () => {
    const id = await submit(texts("zipped", 200), "text");
    await over(id);
    const answer = await fetch(`${url()}/jobs/${id}/results.zip`);
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get("content-type")).toBe("application/zip");
    const entries = await unzipped(body);
    expect([...entries.keys()].sort()).toEqual(
      Array.from({ length: 200 }, (_, n) => `zipped-${n}_analysis.json`).sort(),
    );
    for (const [name, bytes] of entries)
      expect(bytes.equals(await readFile(join(fleet.results, "text", name)))).toBe(true);
  });

  test("DELETE stops the work: the child that did it is gone, what was done stays", async () => {
    const id = await submit(pages("stopped"), "ocr");
    await until("a page is done", async () => ((await job(url(), id)).counts.done > 0 ? true : undefined));
    const child = await until("a page is being read", async () => await workingChild(slave));
    const asked = Date.now();
    const answer = await fetch(`${url()}/jobs/${id}`, { method: "DELETE" });
    const answered = Date.now() - asked;
    const final = (await answer.json()) as JobDetail;
    expect(final.state).toBe("cancelled");
    expect(final.counts.done + final.counts.cancelled).toBe(100);
    await until("the child is gone", async () => ((await isThere(child)) ? undefined : true));
    console.info(`cancel: answered after ${answered} ms, child gone after ${Date.now() - asked} ms`);
    const { results } = (await (await fetch(`${url()}/jobs/${id}/results`)).json()) as { results: object[] };
    expect(results.length).toBe(final.counts.done);
    const end = (await recordedEvents(url(), id)).at(-1);
    expect(end).toMatchObject({ id: 103, event: "end", data: { state: "cancelled" } });
  });

  test("purge=true: results, record and names go; the next file of that name has the plain one", async () => {
    const id = await submit(texts("purged", 2), "text");
    await over(id);
    await access(join(fleet.results, "text", "purged-0_analysis.json"));
    const answer = await fetch(`${url()}/jobs/${id}?purge=true`, { method: "DELETE" });
    expect(await answer.json()).toMatchObject({ id, state: "succeeded", purged: true });
    expect((await fetch(`${url()}/jobs/${id}`)).status).toBe(404);
    const left = await readdir(join(fleet.results, "text"));
    expect(left.filter((name) => name.startsWith("purged-"))).toEqual([]);
    const next = await over(await submit(texts("purged", 1), "text"));
    expect(next.files[0]?.saved_as?.endsWith("/text/purged-0_analysis.json")).toBe(true);
  });

  test("retry makes a new job of the files that failed", async () => {
    const good = { name: "fine.jpg", body: await fixture("classic/inputs/tiny.jpg") };
    const id = await submit([good, BAD], "image");
    expect((await over(id)).state).toBe("partial");
    const answer = await fetch(`${url()}/jobs/${id}/retry`, { method: "POST" });
    expect(answer.status).toBe(202);
    const { job_id: again } = (await answer.json()) as { job_id: string };
    expect(answer.headers.get("location")).toBe(`/jobs/${again}`);
    const detail = await over(again);
    expect(detail).toMatchObject({ retry_of: id, state: "failed", counts: { total: 1, failed: 1 } });
    // The first job is "fine.jpg and 1 more".
    expect(detail.name).toBe("bad.png");
    expect(detail.files[0]).toMatchObject({ index: 0, filename: "bad.png" });
  });

  test("retry of a cancelled job does the rest under the plain names", async () => {
    const id = await submit(pages("rest", 2), "ocr");
    await fetch(`${url()}/jobs/${id}`, { method: "DELETE" });
    const open = (await job(url(), id)).files.filter((file) => file.state === "cancelled");
    expect(open.length).toBeGreaterThan(0);
    const answer = await fetch(`${url()}/jobs/${id}/retry`, { method: "POST" });
    const detail = await over(((await answer.json()) as { job_id: string }).job_id);
    expect(detail.state).toBe("succeeded");
    const saved = detail.files.map(({ saved_as = "" }) => saved_as.slice(saved_as.lastIndexOf("/") + 1));
    expect(saved).toEqual(open.map(({ filename }) => filename.replace(".png", "_ocr.json")));
  });

  test("retry of all files, or of some by their indexes, makes a job that can be compared with this one", async () => {
    const id = await submit(texts("again", 3), "text");
    await over(id);
    const retried = async (body: object) => {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      const answer = await fetch(`${url()}/jobs/${id}/retry`, init);
      if (answer.status !== 202) return [answer.status, await codeOf(answer)];
      const detail = await over(((await answer.json()) as { job_id: string }).job_id);
      return [detail.retry_of, detail.options.keywords, detail.files.map(({ filename }) => filename)];
    };
    const names = (await job(url(), id)).files.map(({ filename }) => filename);
    expect(await retried({ files: "all", options: { keywords: 1 } })).toEqual([id, 1, names]);
    expect(await retried({ files: [2, 0], options: { keywords: 2 } })).toEqual([id, 2, [names[0], names[2]]]);
    expect(await retried({ files: [7] })).toEqual([409, "nothing_to_retry"]);
    expect(await retried({ files: [] })).toEqual([400, "bad_options"]);
    expect(await retried({ files: "some" })).toEqual([400, "bad_options"]);
  });

  test("retry is refused while the job runs, and where nothing failed", async () => {
    const done = await submit(texts("all-done", 1), "text");
    await over(done);
    const nothing = await fetch(`${url()}/jobs/${done}/retry`, { method: "POST" });
    expect([nothing.status, await codeOf(nothing)]).toEqual([409, "nothing_to_retry"]);
    const running = await submit(pages("running"), "ocr");
    const early = await fetch(`${url()}/jobs/${running}/retry`, { method: "POST" });
    expect([early.status, await codeOf(early)]).toEqual([409, "job_running"]);
    await fetch(`${url()}/jobs/${running}?purge=true`, { method: "DELETE" });
  });

  test.each([
    "GET /jobs/none",
    "GET /jobs/none/events",
    "GET /jobs/none/results.zip",
    "POST /jobs/none/retry",
  ])("%s of no job: 404 no_such_job", async (route) => {
    const [method = "", path] = route.split(" ");
    const answer = await fetch(`${url()}/api${path}`, { method });
    expect([answer.status, await codeOf(answer)]).toEqual([404, "no_such_job"]);
  });
});

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

/** The slave's child with the most CPU time, which reads the page. */
async function workingChild(slave: Started): Promise<number | undefined> {
  const status = (await (await fetch(`${slave.url}/check_status`)).json()) as { working_on?: object[] };
  if ((status.working_on ?? []).length === 0) return undefined;
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,time="]);
  const children = stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent]) => Number(parent) === slave.process.pid)
    .sort(([, , a = ""], [, , b = ""]) => b.localeCompare(a));
  return children[0] === undefined ? undefined : Number(children[0][0]);
}

async function isThere(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,stat="]);
  return stdout.split("\n").some((line) => {
    const [found, state = ""] = line.trim().split(/\s+/);
    return Number(found) === pid && !state.startsWith("Z");
  });
}

async function unzipped(body: Buffer): Promise<Map<string, Buffer>> {
  const zip = await yauzl.fromBufferPromise(body);
  const found = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    found.set(entry.fileName, Buffer.concat(chunks));
  }
  return found;
}
