import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import type { ResultList } from "../../shared/contract/results.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import { createLogger } from "../../shared/logger.ts";
import { recordLargeJob } from "../../tests/fixtures/job/largeJob.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { ChangeHub } from "../hub.ts";
import { finishedJob } from "../jobs/followed.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { Clients } from "./clients.ts";
import { jobEvents } from "./events.ts";
import { listResults, zipResults } from "./jobResults.ts";
import { showJob } from "./jobs.ts";

/** So many that no connection holds the answer in its buffers. */
const FILES = 30_000;
const CLIENTS = 30;
/** Milliseconds for which the event loop may be held. */
const MOST_MS = 50;

let opened: Awaited<ReturnType<typeof openRecordFolder>>;
let server: Server;
let url: string;
/** Lists of files that are being read. */
let reading = 0;

beforeAll(async () => {
  opened = await openRecordFolder();
  const { jobs, store, results } = opened;
  const { key, bytes } = await store.put(Buffer.from('{"words": 1}'), { group: "01A" });
  await recordLargeJob(jobs, { id: "01A", files: FILES, resultKey: key, resultBytes: bytes, at: 1_000 });
  await recordLargeJob(jobs, {
    id: "01B",
    files: 2,
    resultKey: key.replace(/\.p[a-z0-9]+-/, ".pgone-"),
    resultBytes: bytes,
    at: 1_000,
  });
  const deps = { jobs: counted(jobs), store, results, hub: new ChangeHub(), clients: new Clients("all") };
  const follow = async (id: string) => {
    const record = await jobs.get(id);
    return record && finishedJob(record);
  };
  const runner = { follow, live: () => undefined };
  const app = express()
    .get("/jobs/:id", showJob({ ...deps, runner }))
    .get("/jobs/:id/events", jobEvents({ ...deps, runner }))
    .get("/jobs/:id/results", listResults(deps))
    .get("/jobs/:id/results.zip", zipResults(deps))
    .use(problemHandler(createLogger("test", "silent")));
  server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await opened.close();
});

/** The record, which counts the lists that are being read. */
function counted(jobs: RecordOfJobs): RecordOfJobs {
  async function* whileRead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
    reading += 1;
    try {
      yield* pages;
    } finally {
      reading -= 1;
    }
  }
  const pages: RecordOfJobs["pages"] = (...asked) => whileRead(jobs.pages(...asked));
  const pagesByEnd: RecordOfJobs["pagesByEnd"] = (...asked) => whileRead(jobs.pagesByEnd(...asked));
  return new Proxy(jobs, {
    get: (target, name) => ({ pages, pagesByEnd })[String(name)] ?? Reflect.get(target, name).bind(target),
  });
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T;
}

test("a job shows 1,000 files, counts all, and leads to the next page until the last", async () => {
  const indexes: number[] = [];
  for (let path: string | undefined = "/jobs/01A?from=27500"; path !== undefined; ) {
    const page: JobDetail = await get(path);
    expect(page.counts.total).toBe(FILES);
    expect(page.files.length).toBeLessThanOrEqual(1_000);
    indexes.push(...page.files.map(({ index }) => index));
    path = page.next;
  }
  expect(indexes).toEqual(Array.from({ length: 2_500 }, (_, n) => 27_500 + n));
  expect((await get<JobDetail>("/jobs/01B")).next).toBeUndefined();
});

test.each(["", "?limit=0", "?from=29999&limit=7"])(
  "statistics are those of the whole job: %s",
  async (query) => {
    const { statistics } = await get<JobDetail>(`/jobs/01A${query}`);
    expect(statistics).toMatchObject({
      slave_seconds: FILES / 2,
      result_bytes: 12 * FILES,
      slaves: { s1: FILES },
    });
  },
);

test("results come in the same pages, with their number", async () => {
  const first = await get<ResultList>("/jobs/01A/results");
  expect(first).toMatchObject({ total: FILES, next: "/jobs/01A/results?from=1000&limit=1000" });
  expect(first.results).toHaveLength(1_000);
  const last = await get<ResultList>("/jobs/01A/results?from=29998");
  expect(last.results.map(({ name }) => name)).toEqual(["n29998_analysis.json", "n29999_analysis.json"]);
  expect(last.next).toBeUndefined();
});

test("all files can be asked for at once", async () => {
  const { files, next } = await get<JobDetail>("/jobs/01A?limit=100000");
  expect(files.at(-1)).toMatchObject({ index: FILES - 1, state: "done" });
  expect([files.length, next]).toEqual([FILES, undefined]);
});

test("events after any one come from the record", async () => {
  const answer = await fetch(`${url}/jobs/01A/events`, {
    headers: { "Last-Event-ID": String(2 + FILES - 70) },
  });
  const events = (await answer.text()).split("\n\n").filter((event) => event.startsWith("id:"));
  expect(events).toHaveLength(71);
  expect(events[0]).toMatch(new RegExp(`^id: ${2 + FILES - 69}\nevent: file\n.*"index":${FILES - 70},`));
  expect(events.at(-1)).toMatch(new RegExp(`^id: ${3 + FILES}\nevent: end\n`));
});

test("results.zip of a job whose bytes are gone is result_gone, before a byte of it", async () => {
  const answer = await fetch(`${url}/jobs/01B/results.zip`);
  expect([answer.status, await answer.json()]).toMatchObject([410, { code: "result_gone" }]);
});

test.each([
  "/jobs/01A?limit=100000",
  "/jobs/01A/events",
  "/jobs/01A/results?limit=100000",
  "/jobs/01A/results.zip",
])(
  "clients that never read hold the event loop for a moment only, and get no more than fits: %s",
  async (path) => {
    const sockets = Array.from({ length: CLIENTS }, () => request(path));
    const holds: number[] = [];
    // A client that leaves ends its reading; until then the master waits with the next page.
    const until = performance.now() + 3_000;
    for (let last = process.cpuUsage(); performance.now() < until; last = process.cpuUsage()) {
      await turn();
      const { user, system } = process.cpuUsage(last);
      holds.push((user + system) / 1_000);
    }
    const readers = reading;
    for (const socket of sockets) socket.destroy();
    expect(readers).toBe(CLIENTS);
    holds.sort((a, b) => b - a);
    // A busy machine disturbs some turns; answers that hold the loop fill most of these seconds.
    expect(holds[Math.floor(holds.length / 10)]).toBeLessThan(MOST_MS);
    await expect.poll(() => reading).toBe(0);
  },
);

/** Asks, and reads nothing of the answer. */
function request(path: string): Socket {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return socket;
}
