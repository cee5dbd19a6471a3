import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlaveView, Stats } from "../../shared/contract/about.ts";
import type { Capacity } from "../../shared/contract/capacity.ts";
import { isFinal, type JobDetail, type JobList } from "../../shared/contract/jobs.ts";
import type { InputResults } from "../../shared/contract/results.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { TusClient } from "../fixtures/tusClient.ts";
import { assign, job, type NamedBody, type Started, startProcess, until, untilAlive } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** Masters with folders of their own on one database and one bucket. */
const SLEEP = "(ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); return ms; }";
const FUNCTION = { task: "function", field: "items", options: { source: SLEEP, mode: "trusted" } };

let postgres: TestPostgres;
let bucket: S3Server;
let folder: string;
const started: Started[] = [];
/** Masters; the slave is at `a` at first. */
let a: Started;
let b: Started;
beforeAll(async () => {
  [postgres, bucket] = await Promise.all([startPostgres(), S3Server.start()]);
  folder = await mkdtemp(join(tmpdir(), "manyhands-masters-"));
  await migrated(postgres.url);
  [a, b] = await Promise.all([master("a"), master("b")]);
  await slave([a, b]);
  await untilAlive(a.url, 1);
}, 60_000);
afterAll(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill("SIGKILL")));
  await Promise.all([postgres.remove(), bucket.end()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function master(name: string, env: Record<string, string> = {}): Promise<Started> {
  const own = { DATA_DIR: join(folder, name, "data"), RESULTS_DIR: join(folder, name, "results") };
  const common = {
    DATABASE_URL: postgres.url,
    POLL_SECONDS: "0.5",
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
    MASTER_PORT: "0",
  };
  return await begun("master", { ...common, ...bucket.variables("shared"), ...own, ...env });
}

async function slave(masters: readonly Started[], env: Record<string, string> = {}): Promise<Started> {
  const urls = masters.map(({ url }) => url).join(",");
  const own = {
    MASTER_URL: urls,
    SLAVE_PORT: "0",
    SLAVE_SLOTS: "1",
    LOG_LEVEL: "warn",
    FLEET_TOKEN: "secret",
    ALLOW_FUNCTIONS: "trusted",
  };
  return await begun("slave", { ...own, ...env });
}

async function begun(entry: "master" | "slave", env: Record<string, string>): Promise<Started> {
  const one = await startProcess(entry, env);
  started.push(one);
  return one;
}

/** Files that take so many milliseconds each. */
function waits(count: number, ms: number): NamedBody[] {
  return Array.from({ length: count }, (_, n) => ({ name: `${n}.json`, body: Buffer.from(`[${ms}]`) }));
}

async function accepted(at: Started, files: readonly NamedBody[]): Promise<string> {
  const answer = await assign(at.url, files, { ...FUNCTION, headers: { prefer: "respond-async" } });
  expect(answer.status).toBe(202);
  return answer.body.job_id;
}

async function endOf(at: Started, id: string): Promise<JobDetail> {
  return await until("the end of the job", async () => {
    const detail = await job(at.url, id);
    return detail.state !== undefined && isFinal(detail.state) ? detail : undefined;
  });
}

async function someDone(at: Started, id: string): Promise<void> {
  await until("a file that is done", async () =>
    (await job(at.url, id)).counts.done > 0 ? true : undefined,
  );
}

test("a job of one master is shown, followed, fetched, repeated and cancelled at the other", {
  timeout: 60_000,
}, async () => {
  const events = fetch(`${b.url}/jobs/${await accepted(a, waits(6, 50))}/events`);
  const text = await (await events).text();
  expect(text.match(/^event: \w+/gm)?.filter((line) => line === "event: file")).toHaveLength(6);
  expect(text).toMatch(/event: end\n/);
  const keyed = { ...FUNCTION, headers: { "idempotency-key": "k1" } };
  const first = await assign(a.url, waits(2, 50), keyed);
  const again = await assign(b.url, waits(2, 50), keyed);
  expect([again.status, again.body.job_id]).toEqual([200, first.body.job_id]);
  for (const { url } of again.body.files)
    expect(await (await fetch(`${b.url}${url}`)).json()).toMatchObject({ results: [{ value: 50 }] });

  const id = await accepted(a, waits(100, 300));
  await someDone(b, id);
  const askedAt = Date.now();
  const cancelled = await fetch(`${b.url}/jobs/${id}`, { method: "DELETE" });
  expect(await cancelled.json()).toMatchObject({ state: "cancelled", error: "Cancelled by a client." });
  expect(Date.now() - askedAt).toBeLessThan(2_000);
  expect(await job(a.url, id)).toMatchObject({ state: "cancelled" });
  await until("the free slot", async () => ((await busy(a)) === 0 ? true : undefined));
});

test("a result on record at one master answers the same bytes at the other, in its own job and by digest", async () => {
  const body = Buffer.from(`A fine day in ${randomUUID()}. It rained, and all were glad.`);
  const send = async (at: Started, name: string, cache: string) =>
    (await assign(at.url, [{ name, body }], { task: "text", cache })).body;
  const first = await send(a, "first.txt", "use");
  const again = await send(b, "again.txt", "use");
  expect(first.files[0]).toMatchObject({ state: "done", attempts: 1 });
  expect(again.files[0]).toMatchObject({ cached: true, cached_from: first.job_id, attempts: 0 });
  expect(await jsonAt(a, again.files[0]?.url)).toMatchObject({ filename: "again.txt", task: "text" });
  const refreshed = await send(b, "refreshed.txt", "refresh");
  const off = await send(a, "off.txt", "off");
  expect([refreshed, off].map(({ files: [file] }) => file?.attempts)).toEqual([1, 1]);
  expect((await send(a, "last.txt", "use")).files[0]?.cached_from).toBe(refreshed.job_id);
  const digest = createHash("sha256").update(body).digest("hex");
  const [here, there] = await Promise.all(
    [a, b].map(async (at) => (await jsonAt(at, `/results/by-input/${digest}?task=text`)) as InputResults),
  );
  const digests = (of: InputResults | undefined) =>
    of?.results.map(({ job_id, result_sha256 }) => [job_id, result_sha256]);
  expect(digests(here)).toEqual(digests(there));
  expect(here?.results.map(({ filename }) => filename)).toEqual([
    "last.txt",
    "refreshed.txt",
    "again.txt",
    "first.txt",
  ]);
  expect(here?.total).toBe(4);
  const saved = async (at: Started) => ((await jsonAt(at, "/stats")) as Stats).cache.files;
  expect([await saved(a), await saved(b)]).toEqual([1, 1]);
});

test("an upload goes on at the other master, and a silent request at the first one ends", async () => {
  const body = randomBytes(2 ** 21);
  const [first, other] = [a, b].map(({ url }) => new TusClient(url));
  if (first === undefined || other === undefined) throw new Error("there are two");
  const path = await first.create(body.length, "moved.json");
  const slow = await first.slow(path, body.length);
  slow.write(body.subarray(0, 2 ** 20));
  // What the first master stores in between makes the offset another one.
  await until("the rest", async () => {
    const offset = await other.offset(path);
    return (await other.append(path, offset, body.subarray(offset))).status === 204 ? true : undefined;
  });
  expect([409, 423]).toContain((await slow.answer).statusCode);
  expect(await first.offset(path)).toBe(body.length);
});

test("each master shows all masters, their slaves and slots", async () => {
  for (const { url } of [a, b]) {
    await until("the slots of all", async () => ((await capacityOf(url)).slots > 0 ? true : undefined));
    const { slaves } = (await (await fetch(`${url}/slaves`)).json()) as { slaves: SlaveView[] };
    expect(slaves).toMatchObject([{ state: "alive", master: a.url }]);
    const { masters = [] } = (await (await fetch(`${url}/stats`)).json()) as Stats;
    expect(masters.map((one) => [one.url, one.is_this, one.slaves]).toSorted()).toEqual(
      [
        [a.url, url === a.url, 1],
        [b.url, url === b.url, 0],
      ].toSorted(),
    );
  }
});

test("each master shows the files that run, how fast the job is and why", async () => {
  const id = await accepted(a, waits(4, 4_000));
  for (const { url } of [a, b]) {
    const shown = await until("a file that runs", async () => {
      const { counts, why, files } = await job(url, id);
      const states = files.map(({ state }) => state).toSorted();
      return counts.running === 1 && why !== undefined && states.includes("running")
        ? { states, why }
        : undefined;
    });
    expect(shown).toMatchObject({ why: { code: "slots_busy" } });
    expect(shown.states.filter((state) => state === "running")).toHaveLength(1);
  }
  await fetch(`${b.url}/jobs/${id}`, { method: "DELETE" });
});

test("a slave is drained by way of any master", async () => {
  const extra = await slave([a]);
  await untilAlive(a.url, 2);
  const { port } = new URL(extra.url);
  const other = await until("the slave in the view of the other master", async () =>
    (await slavesAt(a)).find(({ address }) => address.endsWith(`:${port}`)),
  );
  const answer = await fetch(`${b.url}/slaves/${other.id}`, {
    method: "DELETE",
    headers: { authorization: "Bearer secret" },
  });
  expect([answer.status, await answer.json()]).toMatchObject([202, { id: other.id, state: "draining" }]);
  const speed = await fetch(`${b.url}/slaves/${other.id}/speed`);
  expect([speed.status, await speed.json()]).toMatchObject([200, { tasks: [] }]);
  await until("its end", async () => (extra.process.exitCode === null ? undefined : true));
  const nowhere = await fetch(`${b.url}/slaves/none`, {
    method: "DELETE",
    headers: { authorization: "Bearer secret" },
  });
  expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { code: "no_such_slave" }]);
});

test("a master that was frozen leaves its job to the other, and its waiting client gets the end from there", {
  timeout: 90_000,
}, async () => {
  const answer = assign(a.url, waits(12, 1_000), FUNCTION);
  const id = await until("the job", async () => await newestOf(b));
  await someDone(b, id);
  a.process.kill("SIGSTOP");
  await sleep(12_000);
  expect(await job(b.url, id)).toMatchObject({ state: "running" });
  a.process.kill("SIGCONT");
  const { status, body } = await answer;
  expect([status, body.total_files_processed]).toEqual([200, 12]);
  await until("the drop", async () =>
    a.log.join("").includes("goes on at another master") ? true : undefined,
  );
  const ends = [await job(a.url, id), await job(b.url, id)].map(({ state, counts, files }) => ({
    ...{ state, done: counts.done },
    files: files.map(({ url, ended_at, result_sha256, attempts }) => [
      url,
      ended_at,
      result_sha256,
      attempts,
    ]),
  }));
  expect(ends[0]).toEqual(ends[1]);
  expect(ends[0]).toMatchObject({ state: "succeeded", done: 12 });
});

test("a master that is killed leaves its job and its slaves to the other within ten seconds", {
  timeout: 60_000,
}, async () => {
  await slave([a, b], { SLAVE_CONNECT: "out" });
  await until("the slave that connects out", async () =>
    (await slavesAt(a)).length === 1 ? true : undefined,
  );
  const id = await accepted(a, waits(20, 400));
  await someDone(b, id);
  const { done } = (await job(b.url, id)).counts;
  const killedAt = Date.now();
  await a.kill("SIGKILL");
  await until("more files", async () => ((await job(b.url, id)).counts.done > done + 2 ? true : undefined));
  await until("both slaves", async () => ((await slavesAt(b)).length === 2 ? true : undefined));
  expect(Date.now() - killedAt).toBeLessThan(10_000);
  expect(await endOf(b, id)).toMatchObject({ state: "succeeded", counts: { done: 20 } });
});

test("a master that is stopped gives its jobs to another one at once", {
  timeout: 60_000,
}, async () => {
  a = await master("a");
  // No slave is there: those of the other do its jobs, and its clients may wait.
  await until("slaves elsewhere", async () => ((await fetch(`${a.url}/readyz`)).ok ? true : undefined));
  expect((await assign(a.url, waits(1, 50), FUNCTION)).status).toBe(200);
  const id = await accepted(a, waits(12, 400));
  await until("the start", async () => ((await job(b.url, id)).state === "running" ? true : undefined));
  const stoppedAt = Date.now();
  await a.kill("SIGTERM");
  await someDone(b, id);
  expect(Date.now() - stoppedAt).toBeLessThan(5_000);
  expect(await endOf(b, id)).toMatchObject({ state: "succeeded" });
});

test("with JOBS=own a result serves its own client only, at every master", { timeout: 60_000 }, async () => {
  const own = { JOBS: "own", CLIENT_TOKEN: "ann:anns-secret,bob:bobs-secret" };
  const [c, d] = await Promise.all([master("c", own), master("d", own)]);
  const headers = (who: "ann" | "bob") => ({ authorization: `Bearer ${who}s-secret` });
  const body = Buffer.from(`The same words of two clients, ${randomUUID()}.`);
  const send = async (at: Started, who: "ann" | "bob") =>
    (await assign(at.url, [{ name: "x.txt", body }], { task: "text", cache: "use", headers: headers(who) }))
      .body;
  await until(
    "slaves elsewhere",
    async () =>
      (await Promise.all([c, d].map(({ url }) => fetch(`${url}/readyz`)))).every(({ ok }) => ok) || undefined,
  );
  const anns = await send(c, "ann");
  const bobs = await send(d, "bob");
  expect(bobs.files[0]).toMatchObject({ state: "done", attempts: 1 });
  expect((await send(d, "ann")).files[0]?.cached_from).toBe(anns.job_id);
  expect((await send(c, "bob")).files[0]?.cached_from).toBe(bobs.job_id);
  for (const [at, who] of [
    [c, "bob"],
    [d, "ann"],
  ] as const) {
    const digest = createHash("sha256").update(body).digest("hex");
    const answer = await fetch(`${at.url}/results/by-input/${digest}`, { headers: headers(who) });
    expect(((await answer.json()) as InputResults).total).toBe(2);
  }
});

async function jsonAt({ url }: Started, path = ""): Promise<unknown> {
  return await (await fetch(`${url}${path}`)).json();
}

/** Slaves that are alive at this master. */
async function slavesAt({ url }: Started): Promise<readonly SlaveView[]> {
  const { slaves } = (await (await fetch(`${b.url}/slaves`)).json()) as { slaves: SlaveView[] };
  return slaves.filter(({ state, master }) => state === "alive" && master === url);
}

async function busy({ url }: Started): Promise<number> {
  return (await capacityOf(url)).busy;
}

async function capacityOf(url: string): Promise<Capacity> {
  return (await (await fetch(`${url}/capacity`)).json()) as Capacity;
}

async function newestOf({ url }: Started): Promise<string | undefined> {
  const list = (await (await fetch(`${url}/jobs?state=running`)).json()) as JobList;
  return list.jobs[0]?.id;
}
