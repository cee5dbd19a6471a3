import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { startPostgres, type TestPostgres } from "../fixtures/engines/postgresServer.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, job, type NamedBody, type Started, startProcess, until } from "./fleet.ts";
import { migrated } from "./migrated.ts";

/** Masters and slaves of the version before and of this one, side by side, while the first are replaced by the second. */
const PROGRAMS = join(import.meta.dirname, "../fixtures/before/programs.tar.gz");
const SLEEP = "(ms) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); return ms; }";
const FUNCTION = { task: "function", field: "items", options: { source: SLEEP, mode: "trusted" } };

type Version = "before" | "now";

let postgres: TestPostgres;
let bucket: S3Server;
let folder: string;
const dist: Record<Version, string | undefined> = { before: undefined, now: undefined };
const started: Started[] = [];
beforeAll(async () => {
  [postgres, bucket] = await Promise.all([startPostgres(), S3Server.start()]);
  folder = await mkdtemp(join(tmpdir(), "manyhands-upgrade-"));
  await promisify(execFile)("tar", ["-xzf", PROGRAMS, "-C", folder]);
  await symlink(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  dist.before = join(folder, "dist");
}, 60_000);
afterAll(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill("SIGKILL")));
  await Promise.all([postgres.remove(), bucket.end()]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function begun(entry: "master" | "slave", version: Version, env: Record<string, string>) {
  const common = { LOG_LEVEL: "warn", FLEET_TOKEN: "secret" };
  const programs = dist[version];
  const one = await startProcess(
    entry,
    { ...common, ...env },
    programs === undefined ? {} : { dist: programs },
  );
  started.push(one);
  return one;
}

async function master(name: string, version: Version, port = 0): Promise<Started> {
  const folders = { DATA_DIR: join(folder, name, "data"), RESULTS_DIR: join(folder, name, "results") };
  const shared = { DATABASE_URL: postgres.url, ...bucket.variables("shared") };
  const own = { MASTER_PORT: String(port), POLL_SECONDS: "0.5", ...folders };
  return await begun("master", version, { ...shared, ...own });
}

async function slave(name: string, version: Version, how: Record<string, string>): Promise<Started> {
  const own = { SLAVE_NAME: name, SLAVE_PORT: "0", SLAVE_SLOTS: "1", ALLOW_FUNCTIONS: "trusted" };
  return await begun("slave", version, { ...own, ...how });
}

/** Files that take 100 ms each. */
const files = (count: number): NamedBody[] =>
  Array.from({ length: count }, (_, n) => ({ name: `${n}.json`, body: Buffer.from("[100]") }));

async function accepted(at: Started, count: number): Promise<string> {
  const answer = await assign(at.url, files(count), { ...FUNCTION, headers: { prefer: "respond-async" } });
  expect(answer.status).toBe(202);
  return answer.body.job_id;
}

/** All files are done, and each result is there at each of the masters. */
async function succeeded(id: string, masters: readonly [Started, ...Started[]]): Promise<void> {
  const detail = await until("the end of the job", async () => {
    const now: JobDetail = await job(masters[0].url, id);
    return isFinal(now.state) ? now : undefined;
  });
  expect([detail.state, detail.error]).toEqual(["succeeded", undefined]);
  for (const { url: base } of masters) {
    for (const { url } of (await job(base, id)).files)
      expect(await (await fetch(`${base}${url}`)).json()).toMatchObject({ results: [{ value: 100 }] });
  }
}

/** Waits until each of these slaves has done files. */
async function worked(at: Started, names: readonly string[]): Promise<void> {
  await untilSlaves(at, names, ({ done }) => done > 0);
}

/** Waits until these slaves are alive, at any master. */
async function alive(at: Started, names: readonly string[]): Promise<void> {
  await untilSlaves(at, names, ({ state }) => state === "alive");
}

async function untilSlaves(at: Started, names: readonly string[], isFine: (slave: SlaveView) => boolean) {
  await until(`slaves ${names}`, async () => {
    const { slaves } = (await (await fetch(`${at.url}/slaves`)).json()) as { slaves: SlaveView[] };
    const fine = slaves.filter(isFine).map(({ name }) => name);
    return names.every((name) => fine.includes(name)) ? true : undefined;
  });
}

test("masters and slaves of the version before are replaced one by one, and no job notices", {
  timeout: 300_000,
}, async () => {
  await migrated(postgres.url, dist.before);
  const [a, b] = [await master("a", "before"), await master("b", "before")];
  await slave("old-a", "before", { MASTER_URL: `${a.url},${b.url}` });
  await slave("old-out", "before", { MASTER_URL: `${b.url},${a.url}`, SLAVE_CONNECT: "out" });
  // New slaves at masters of the version before.
  await slave("new-a", "now", { MASTER_URL: `${a.url},${b.url}` });
  await slave("new-out", "now", { MASTER_URL: `${b.url},${a.url}`, SLAVE_CONNECT: "out" });
  await alive(a, ["old-a", "old-out", "new-a", "new-out"]);
  const whole = await accepted(a, 40);
  await succeeded(whole, [a, b]);
  await worked(a, ["old-a", "old-out", "new-a", "new-out"]);

  // The tables of this version come while masters of the version before run.
  await migrated(postgres.url);
  const c = await master("c", "now");
  // A slave of the version before at a master of this one.
  await slave("old-c", "before", { MASTER_URL: c.url });
  await alive(c, ["old-a", "old-c", "new-a"]);
  const [atOld, atNew] = [await accepted(a, 60), await accepted(c, 60)];
  for (const id of [atOld, atNew]) await succeeded(id, [a, b, c]);
  await worked(a, ["old-c"]);

  // In the middle of a job its master goes, one by an end in order and one by force; others have it to its end.
  const [first, second] = [await accepted(a, 60), await accepted(b, 60)];
  await until("a file that is done", async () =>
    (await job(c.url, first)).counts.done > 0 ? true : undefined,
  );
  await Promise.all([a.kill("SIGTERM"), b.kill("SIGKILL")]);
  const newA = await master("a", "now", a.port);
  const newB = await master("b", "now", b.port);
  for (const id of [first, second]) await succeeded(id, [newA, newB, c]);
  await succeeded(whole, [newA, newB, c]);
  await alive(newA, ["old-a", "old-out", "new-a", "new-out", "old-c"]);
  await succeeded(await accepted(newB, 40), [newA, c]);
});
