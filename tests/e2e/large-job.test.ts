import { readdir, readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteRecord } from "../../master/record/sqlite/sqliteRecord.ts";
import { openFolderStore } from "../../master/store/folder/folderStore.ts";
import { recordLargeJob } from "../fixtures/job/largeJob.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

const FILES = 100_000;
const CLIENTS = 200;
const HOUR_MS = 3_600_000;
const IDLE_SECONDS = 5;
/** What clients that never read may cost: bytes of the master's memory. */
const MOST_BYTES = 64 * 2 ** 20;
/** On a quiet machine others wait for some 100 ms at most; one answer made at once would hold them for longer than this. */
const MOST_MS = 20_000;
const ROUNDS = 10;

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet({ ANSWER_IDLE_SECONDS: String(IDLE_SECONDS) }, prepare);
  await fleet.slave();
  await fleet.alive(1);
  for (let round = 0; round < ROUNDS; round += 1) await others();
}, 120_000);
afterAll(() => fleet.stop());

/** A large job of an earlier run of the master, and a later one, so that its results are not compared at the start. */
async function prepare(folder: string): Promise<void> {
  const data = join(folder, "data", "master");
  const jobs = await openSqliteRecord({ file: join(data, "jobs.sqlite") });
  const store = await openFolderStore({ folder: join(data, "spool") });
  const { key, bytes } = await store.put(Buffer.from('{"words": 1}'), { group: "01A" });
  const at = Date.now() - HOUR_MS;
  await recordLargeJob(jobs, { id: "01A", files: FILES, resultKey: key, resultBytes: bytes, at });
  await recordLargeJob(jobs, { id: "01B", files: 0, resultKey: key, resultBytes: bytes, at: Date.now() });
  for (const id of ["01A", "01B"]) await jobs.kept.note(id, 0);
  await Promise.all([jobs.close(), store.close()]);
}

test.each([
  "/jobs/01A",
  "/jobs/01A?limit=100000",
  "/jobs/01A/events",
  "/jobs/01A/results?limit=100000",
  "/jobs/01A/results.zip",
])(
  "200 clients that never read %s cost little memory, and others get their answers",
  async (path) => {
    const before = await residentBytes();
    const sockets = Array.from({ length: CLIENTS }, () => ask(path));
    try {
      for (let round = 0; round < ROUNDS; round += 1)
        expect(Math.max(...(await others()))).toBeLessThan(MOST_MS);
      const more = async () => (await residentBytes()) - before;
      await expect.poll(more, { timeout: 60_000 }).toBeLessThan(MOST_BYTES);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
  240_000,
);

test("clients that never read are cut off", async () => {
  const open = async () => (await readdir(`/proc/${fleet.master.process.pid}/fd`)).length;
  await expect.poll(open, { timeout: 60_000 }).toBeLessThan(CLIENTS);
  const sockets = Array.from({ length: CLIENTS }, () => ask("/jobs/01A/events"));
  await expect.poll(open, { timeout: 60_000 }).toBeGreaterThan(CLIENTS);
  await expect.poll(open, { timeout: 300_000, interval: 500 }).toBeLessThan(CLIENTS);
  for (const socket of sockets) socket.destroy();
}, 480_000);

/** Milliseconds that each of the requests of other clients takes. */
async function others(): Promise<number[]> {
  const { url } = fleet.master;
  const small = async () => {
    const answer = await assign(url, [{ name: "a.txt", body: Buffer.from("good day") }], { task: "text" });
    expect(answer.status).toBe(200);
  };
  const read = (path: string) => async () => {
    const answer = await fetch(url + path);
    await answer.text();
    expect(answer.status).toBe(200);
  };
  const times: number[] = [];
  for (const request of [small, read("/healthz"), read("/jobs?limit=5")]) {
    const begun = performance.now();
    await request();
    times.push(performance.now() - begun);
  }
  return times;
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${fleet.master.process.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** Asks, and reads nothing of the answer. */
function ask(path: string): Socket {
  const socket = connect(fleet.master.port, "127.0.0.1")
    .pause()
    .on("error", () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return socket;
}
