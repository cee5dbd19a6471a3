import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AssignAnswer, AssignLine, JobDetail } from "../../shared/contract/jobs.ts";
import type { InputResults } from "../../shared/contract/results.ts";
import {
  assign,
  assignLines,
  fixture,
  job,
  multipart,
  type RunningFleet,
  startFleet,
  until,
} from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet({ RESULT_CACHE: "use", SLAVE_NAME: "worker" });
  await fleet.slave();
  await fleet.alive(1);
}, 60_000);
afterAll(() => fleet?.stop());

/** A text that no other test sends. */
function newText(): Buffer {
  return Buffer.from(`A fine day in ${randomUUID()}. It rained, and all were glad.`);
}

function digestOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

async function send(body: Buffer, name: string, how: Parameters<typeof assign>[2] = {}) {
  return (await assign(fleet.master.url, [{ name, body }], { task: "text", ...how })).body;
}

describe("the same bytes, task and options again", () => {
  test("are done at once by a result of their own name, which names the new file", async () => {
    const body = newText();
    const first = await send(body, "first.txt");
    const again = await send(body, "again.md");
    expect(first.files[0]).toMatchObject({ state: "done", slave: "worker", attempts: 1 });
    expect(first.files[0]?.cached).toBeUndefined();
    const [file] = again.files;
    expect(file).toMatchObject({ state: "done", cached: true, cached_from: first.job_id, attempts: 0 });
    expect(file?.slave).toBeUndefined();
    expect(file?.summary).toBe(first.files[0]?.summary);
    expect(again.saved_files.map((path) => basename(path))).toEqual(["again_analysis.json"]);
    const [made, copied] = await Promise.all([textAt(first), textAt(again)]);
    expect(JSON.parse(copied)).toEqual({ ...JSON.parse(made), filename: "again.md" });
    expect(file?.result_sha256).toBe(digestOf(Buffer.from(copied)));
    expect(await readFile(join(fleet.results, "text", "again_analysis.json"), "utf8")).toBe(copied);
    expect(again.statistics).toMatchObject({ cached_files: 1, slave_seconds: 0, slaves: {} });
    const third = await send(body, "third.txt");
    expect(third.files[0]?.cached_from).toBe(first.job_id);
  });

  test("with results that are not JSON, and with two pages, too", async () => {
    for (const [field, task, name, path, options] of [
      ["images", "image", "p.png", "classic/inputs/words.png", {}],
      ["images", "ocr", "s.tiff", "ocr/two-pages.tiff", { output: "pdf" }],
    ] as const) {
      const how = { field, task, options };
      const body = await fixture(path);
      const first = await send(body, name, how);
      const again = await send(body, `other-${name}`, how);
      expect(again.files[0]).toMatchObject({ cached: true, result_sha256: first.files[0]?.result_sha256 });
    }
  });

  test("among other files of a job only those are done that are not on record, and all of them end", async () => {
    const known = newText();
    await send(known, "known.txt");
    const files = [newText(), known, newText(), known].map((body, n) => ({ name: `f${n}.txt`, body }));
    const lines: AssignLine[] = [];
    for await (const line of assignLines(fleet.master.url, files, { task: "text" })) lines.push(line);
    const done = lines.filter((line) => line.type === "file");
    expect(done.map(({ index }) => index).toSorted()).toEqual([0, 1, 2, 3]);
    for (const { index, cached, slave, saved_as } of done) {
      expect(cached).toBe(index % 2 === 1 ? true : undefined);
      expect(slave).toBe(index % 2 === 1 ? undefined : "worker");
      expect(basename(saved_as ?? "")).toMatch(new RegExp(`^f${index}_analysis`));
    }
    expect(lines.at(-1)).toMatchObject({ type: "end", state: "succeeded", total_files_processed: 4 });
  });

  test.each([
    ["cache=refresh", { cache: "refresh" }],
    ["cache=off", { cache: "off" }],
    ["other options", { options: { keywords: 3 } }],
  ])("are done anew with %s", async (_, how) => {
    const body = newText();
    await send(body, "a.txt");
    expect((await send(body, "b.txt", how)).files[0]).toMatchObject({ slave: "worker", attempts: 1 });
  });

  test("a refreshed result is the one that is taken; one of cache=off serves no later job", async () => {
    const body = newText();
    const off = await send(body, "a.txt", { cache: "off" });
    const first = await send(body, "b.txt");
    expect(first.files[0]?.cached).toBeUndefined();
    const refreshed = await send(body, "c.txt", { cache: "refresh" });
    expect((await send(body, "d.txt")).files[0]?.cached_from).toBe(refreshed.job_id);
    expect(await job(fleet.master.url, off.job_id)).toMatchObject({ cache: "off" });
    expect(await job(fleet.master.url, refreshed.job_id)).toMatchObject({ cache: "refresh" });
  });

  test("are done anew when the job that made the result was purged, and not when only that of a copy was", async () => {
    const body = newText();
    const first = await send(body, "a.txt");
    const copy = await send(body, "b.txt");
    await fetch(`${fleet.master.url}/jobs/${first.job_id}?purge=true`, { method: "DELETE" });
    expect(JSON.parse(await textAt(copy))).toMatchObject({ filename: "b.txt" });
    const third = await send(body, "c.txt");
    expect(third.files[0]).toMatchObject({ cached: true, cached_from: first.job_id });
    for (const { job_id } of [copy, third])
      await fetch(`${fleet.master.url}/jobs/${job_id}?purge=true`, { method: "DELETE" });
    expect((await send(body, "d.txt")).files[0]).toMatchObject({ slave: "worker" });
  });

  test("a failed file has no result to take, and a retry of a done file is work", async () => {
    const broken = Buffer.from(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${randomUUID()}`);
    await send(broken, "a.txt");
    expect((await send(broken, "b.txt")).files[0]).toMatchObject({ state: "failed", slave: "worker" });
    const body = newText();
    await send(body, "a.txt");
    const { job_id } = await send(body, "b.txt");
    const answer = await fetch(`${fleet.master.url}/jobs/${job_id}/retry`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Prefer: "respond-async, wait=30" },
      body: JSON.stringify({ files: "all" }),
    });
    expect(((await answer.json()) as AssignAnswer).files[0]).toMatchObject({
      state: "done",
      slave: "worker",
    });
  });

  test("the counts of a job, of the master and of its metrics say what was saved", async () => {
    const body = newText();
    await send(body, "a.txt");
    const form = multipart([{ name: "b.txt", body }], { task: "text" });
    const headers = { Prefer: "respond-async" };
    const before = (await stats()).cache.files;
    const accepted = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form, headers });
    const { id } = (await accepted.json()) as JobDetail;
    const detail = (await (await fetch(`${fleet.master.url}/jobs/${id}?wait=20`)).json()) as JobDetail;
    expect(detail).toMatchObject({ state: "succeeded", cached_files: 1, counts: { done: 1, total: 1 } });
    expect(detail.statistics.cached_seconds).toBeGreaterThan(0);
    expect((await stats()).cache.files).toBe(before + 1);
    const metrics = await (await fetch(`${fleet.master.url}/metrics`)).text();
    expect(metrics).toMatch(/^manyhands_files_cached_total\{task="text"\} [1-9]/m);
    const table = await (await fetch(`${fleet.master.url}/jobs/${id}/results.csv`)).text();
    expect(table).toContain("b.txt");
  });
});

describe("the same bytes twice in one job", () => {
  test("are done once; each file has a result of its own, and the next job takes it, too", async () => {
    const [twin, other] = [newText(), newText()];
    const files = ["a.txt", "b.md", "c.txt"].map((name) => ({ name, body: name === "b.md" ? other : twin }));
    files.push({ name: "d.txt", body: twin });
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.files.map(({ slave, attempts, cached_from }) => [slave, attempts, cached_from])).toEqual([
      ["worker", 1, undefined],
      ["worker", 1, undefined],
      [undefined, 0, body.job_id],
      [undefined, 0, body.job_id],
    ]);
    expect(body.statistics).toMatchObject({ cached_files: 2, slaves: { worker: 2 } });
    const [first, ...rest] = await Promise.all([0, 2, 3].map((n) => textAt({ files: body.files.slice(n) })));
    for (const [n, text] of rest.entries())
      expect(JSON.parse(text)).toEqual({
        ...JSON.parse(first ?? ""),
        filename: `${n === 0 ? "c" : "d"}.txt`,
      });
    const again = await send(twin, "e.txt");
    expect(again.files[0]).toMatchObject({ cached: true, cached_from: body.job_id });
    expect(again.statistics.cached_seconds).toBeGreaterThan(0);
  });

  test.each(["refresh", "off"] as const)("are done twice with cache=%s", async (cache) => {
    const body = newText();
    const files = [
      { name: "a.txt", body },
      { name: "b.txt", body },
    ];
    const answer = await assign(fleet.master.url, files, { task: "text", cache });
    expect(answer.body.files.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  test("are each tried when the first one fails", async () => {
    const body = Buffer.from(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${randomUUID()}`);
    const files = [1, 2, 3].map((n) => ({ name: `${n}.txt`, body }));
    const { body: answer } = await assign(fleet.master.url, files, { task: "text" });
    expect(answer.files.map(({ state, attempts }) => [state, attempts > 0])).toEqual(
      files.map(() => ["failed", true]),
    );
  });

  test("are done once also when the master is killed meanwhile", async () => {
    const [twin, broken] = [newText(), Buffer.from(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${randomUUID()}`)];
    const files = Array.from({ length: 300 }, (_, n) => ({
      name: `t${n}.txt`,
      body: n % 3 === 2 ? broken : twin,
    }));
    const form = multipart(files, { task: "text" });
    const headers = { Prefer: "respond-async" };
    const accepted = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form, headers });
    const { id } = (await accepted.json()) as JobDetail;
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    const ended = await until("the job's end", async () => {
      const detail = (await (await fetch(`${fleet.master.url}/jobs/${id}?wait=20`)).json()) as JobDetail;
      return detail.state === "partial" ? detail : undefined;
    });
    expect(ended.counts).toMatchObject({ done: 200, failed: 100 });
    const done = ended.files.filter(({ state }) => state === "done");
    expect(done.filter(({ slave }) => slave === "worker")).toHaveLength(1);
    expect(done.filter(({ cached_from }) => cached_from === id)).toHaveLength(199);
  }, 60_000);
});

test("results are found by the digest of their input", async () => {
  const body = newText();
  expect(await byInput(digestOf(body))).toEqual({ sha256: digestOf(body), total: 0, results: [] });
  const first = await send(body, "a.txt");
  const again = await send(body, "b.txt");
  const other = await send(body, "counted.txt", { options: { keywords: 2 } });
  const found = await byInput(digestOf(body).toUpperCase(), "?task=text&limit=2");
  expect(found.total).toBe(3);
  expect(found.results).toMatchObject([
    { job_id: other.job_id, options: { keywords: 2 }, name: "counted_analysis.json", task_type: "text" },
    { job_id: again.job_id, cached_from: first.job_id, filename: "b.txt" },
  ]);
  const { url = "" } = found.results[1] ?? {};
  expect(await (await fetch(`${fleet.master.url}${url}`)).json()).toMatchObject({ filename: "b.txt" });
  expect((await byInput(digestOf(body), "?task=image")).total).toBe(0);
  const bad = await fetch(`${fleet.master.url}/results/by-input/abc`);
  expect([bad.status, ((await bad.json()) as { code: string }).code]).toEqual([400, "bad_query"]);
});

test("a value that cache does not have is refused", async () => {
  const { status, body } = await assign(fleet.master.url, [{ name: "a.txt", body: newText() }], {
    task: "text",
    cache: "x",
  });
  expect({ status, ...body }).toMatchObject({
    status: 400,
    code: "bad_field",
    valid_values: ["use", "refresh", "off"],
  });
});

test("the same body to /tika again is answered from the record", async () => {
  const put = async (query = "") =>
    await fetch(`${fleet.master.url}/tika/text${query}`, { method: "PUT", body: new Uint8Array(body) });
  const body = newText();
  const before = (await stats()).cache.files;
  const first = await (await put()).text();
  expect(await (await put()).text()).toBe(first);
  expect((await stats()).cache.files).toBe(before + 1);
  expect(await (await put("?cache=off")).text()).toBe(first);
  expect((await stats()).cache.files).toBe(before + 1);
});

test("a master that was killed before the files of a job were done knows their results on record", async () => {
  const body = newText();
  const first = await send(body, "a.txt");
  const files = Array.from({ length: 400 }, (_, n) => ({ name: `k${n}.txt`, body }));
  const headers = { Prefer: "respond-async" };
  const accepted = await fetch(`${fleet.master.url}/assign_task`, {
    method: "POST",
    body: multipart(files, { task: "text" }),
    headers,
  });
  const { id } = (await accepted.json()) as JobDetail;
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  const ended = await until("the job's end", async () => {
    const detail = (await (await fetch(`${fleet.master.url}/jobs/${id}?wait=20`)).json()) as JobDetail;
    return detail.state === "succeeded" ? detail : undefined;
  });
  expect(ended.files.every((file) => file.cached_from === first.job_id && file.attempts === 0)).toBe(true);
  const names = ended.files.map(({ saved_as = "" }) => basename(saved_as));
  expect(names).toEqual(files.map(({ name }) => name.replace(".txt", "_analysis.json")));
  const { total } = await byInput(digestOf(body));
  expect(total).toBe(401);
}, 60_000);

async function textAt({ files: [file] }: Pick<AssignAnswer, "files">): Promise<string> {
  return await (await fetch(`${fleet.master.url}${file?.url ?? ""}`)).text();
}

async function byInput(sha256: string, query = ""): Promise<InputResults> {
  return (await (
    await fetch(`${fleet.master.url}/results/by-input/${sha256}${query}`)
  ).json()) as InputResults;
}

async function stats(): Promise<{ readonly cache: { readonly files: number } }> {
  return (await (await fetch(`${fleet.master.url}/stats`)).json()) as {
    readonly cache: { readonly files: number };
  };
}
