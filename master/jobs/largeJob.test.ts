import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { ChangeHub } from "../hub.ts";
import { PaceBook } from "../map/pace.ts";
import { partEvent } from "../map/partEvent.ts";
import { MemoryQueue } from "../queue/memory.ts";
import type { Lease, QueuedUnit } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";
import { takeIn } from "./intake.ts";
import { jobFiles } from "./jobFiles.ts";
import { KnownResults } from "./knownResults.ts";
import { JobRunner } from "./runner.ts";
import { Waiters } from "./waiters.ts";

/** Documents of the job, and the milliseconds for which its life may hold the master's event loop. */
const DOCUMENTS = 10_000;
const MOST_MS = 50;
/** Turns that a garbage collection or a busy machine may disturb; code that holds the loop does so again and again. */
const DISTURBED = 5;
const LEASE = { units: 64, bytes: 2 ** 30 };

let opened: Awaited<ReturnType<typeof openRecordFolder>>;
beforeEach(async () => {
  opened = await openRecordFolder();
});
afterEach(() => opened.close());

test("a job of 10,000 documents holds the event loop for less than 50 ms, from its creation to its end", async () => {
  const { runner, intake } = startMaster();
  const task = taskNamed("embedding");
  const files = Array.from({ length: DOCUMENTS }, (_, index) => ({
    ...{ index, key: `input-${index}`, filename: `${index}.txt`, bytes: 2_000, sha256: "a".repeat(64) },
  }));
  const spec = { id: "01A", task, options: task.options.parse({}), budgets: undefined, priority: 1, files };
  const holds = await heldBy(async () => {
    const job = await takeIn(intake, spec, { client: undefined, durable: true });
    expect(await job.ended).toMatchObject({ state: "succeeded", done: DOCUMENTS });
    expect(runner.live("01A")).toBeUndefined();
  });
  expect(holds[DISTURBED]).toBeLessThan(MOST_MS);
}, 120_000);

/** A runner over a real record, store and results folder. Its units are answered at once, as by a slave of many slots. */
function startMaster() {
  const { jobs, store, writer } = opened;
  const queue = new MemoryQueue();
  queue.onReady(() => void answerAll(queue));
  const runner = new JobRunner({
    jobs,
    hub: new ChangeHub(),
    files: jobFiles(store, (work) => work()),
    results: writer,
    store,
    map: { jobs, queue, paces: new PaceBook(), slots: () => 1 },
    dispatcher: { cancel: (job) => queue.cancel(job) },
    registry: { all: () => [] },
    outlooks: { of: () => undefined },
    sight: "all",
    budgets: {},
    keptBytes: new Map(),
    logger: createLogger("test", "silent"),
  });
  const limits = { maxQueuedUnits: 1e6, maxQueuedBytes: 1e12 };
  const waiters = new Waiters(async () => undefined, createLogger("test", "silent"));
  return {
    runner,
    intake: {
      jobs,
      store,
      known: new KnownResults({ jobs, store, disk: { room: async () => 1e12 }, sight: "all" }),
      cache: "use" as const,
      runner,
      waiters,
      replaceNames: false,
      limits,
      secondsUntilDone: () => 1,
    },
  };
}

async function answerAll(queue: MemoryQueue): Promise<void> {
  for (;;) {
    const [head] = queue.heads();
    const lease = head && (await queue.lease({ owner: "s1", seconds: 60, map: head.map, most: LEASE }));
    if (lease === undefined) return;
    await Promise.all(lease.units.map((unit) => answer(queue, lease, unit)));
  }
}

async function answer(queue: MemoryQueue, lease: Lease, unit: QueuedUnit): Promise<void> {
  queue.began(lease, unit.id);
  const stored = await opened.store.put(Buffer.from(unit.id), { group: unit.job });
  const part = { ok: true, index: indexOf(unit.id), file: { filename: "part", ...stored } } as const;
  if (!(await queue.ack(lease, unit.id))) return;
  const work = { slave: "s1", seconds: 0.5, attempts: 1 };
  await opened.jobs.apply(unit.job, [partEvent(unit, part, work)]);
}

/** CPU time of the main thread in each turn of the event loop, in milliseconds; the longest first. */
async function heldBy(work: () => Promise<void>): Promise<number[]> {
  const holds: number[] = [];
  let isDone = false;
  const finished = work().finally(() => {
    isDone = true;
  });
  for (let last = cpuMilliseconds(); !isDone; ) {
    await turn();
    const now = cpuMilliseconds();
    holds.push(now - last);
    last = now;
  }
  await finished;
  return holds.sort((a, b) => b - a);
}

/** CPU time that this thread has used; that of the threads which read and write files is not counted. */
function cpuMilliseconds(): number {
  return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
}
