import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Part, UnitSpec } from "../../shared/tasks/task.ts";
import { MemoryQueue } from "../queue/memory.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { indexOf } from "../queue/unitId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import { type MapDeps, mapUnits } from "./map.ts";
import type { MapCall } from "./mapCall.ts";
import { PaceBook } from "./pace.ts";
import { partEvent } from "./partEvent.ts";
import { LastSign } from "./waiting.ts";

/** What a unit answers depends on its number only, as a step's answer depends on its input only. */
const FAILS_EVERY = 5;

describe("a map", () => {
  let folder: string;
  let jobs: RecordOfJobs;
  let count = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-map-"));
    jobs = await openSqliteRecord({ file: join(folder, "jobs.sqlite") });
  });
  afterAll(async () => {
    await jobs.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function newJob(units: number): Promise<MapCall["job"]> {
    count += 1;
    const id = `job${String(count).padStart(6, "0")}`;
    const file = { key: "k", filename: "a.txt", bytes: 1, sha256: "0".repeat(64) };
    await jobs.create({
      id,
      task: "text",
      options: {},
      priority: 1,
      seed: 1,
      createdAt: 1,
      files: [{ ...file, index: 0, resultName: (stem) => `${stem}-${units}_analysis.json` }],
    });
    await jobs.apply(id, [{ type: "started", at: 2 }]);
    return { id, task: "text", priority: 1, options: {} };
  }

  /** Runs the map with a worker that takes units in any order; stops after `stopAfter` answers. */
  async function run(job: MapCall["job"], units: UnitSpec[], how: { order: number; stopAfter?: number }) {
    const queue = new MemoryQueue();
    const deps: MapDeps = { jobs, queue, paces: new PaceBook(), slots: () => 1 };
    const stop = new AbortController();
    const nothing = () => undefined;
    const watch = { submitted: nothing, running: nothing, waiting: nothing, ended: nothing };
    const call: MapCall = {
      job,
      name: "main",
      step: { step: "analyse" },
      signal: stop.signal,
      watch,
      lastSign: new LastSign(Date.now()),
    };
    const computed: number[] = [];
    const working: Promise<void>[] = [];
    const worker = { jobs, queue, computed, order: how.order, signal: stop.signal };
    const undo = queue.onReady(() => working.push(work(worker)));
    const got: Part[] = [];
    try {
      for await (const part of mapUnits(deps, call, units)) {
        got.push(part);
        if (got.length === how.stopAfter) stop.abort(new Error("killed"));
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      undo();
      await Promise.all(working);
    }
    return { got, computed };
  }

  test("yields every part once, whatever order slaves answer in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 700 }), fc.nat(1000), async (units, order) => {
        const { got } = await run(await newJob(units), specs(units), { order });
        expect(got.map((part) => part.index).toSorted((a, b) => a - b)).toEqual([...Array(units).keys()]);
      }),
      { numRuns: 15 },
    );
  });

  test("a replay yields the same parts and computes nothing that was recorded", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        fc.nat(1000),
        async (units, stopAfter, order) => {
          const job = await newJob(units);
          await run(job, specs(units), { order, stopAfter: Math.min(stopAfter, units) });
          const recorded = (await jobs.parts(job.id, "main")).map(({ part }) => part.index);
          const replay = await run(job, specs(units), { order: order + 1 });
          expect(replay.computed.filter((index) => recorded.includes(index))).toEqual([]);
          expect(byIndex(replay.got)).toEqual(
            Array.from({ length: units }, (_, index) => expectedPart(index)),
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  test("ends when what is asked for is not what was recorded", async () => {
    const job = await newJob(3);
    await run(job, specs(3), { order: 1 });
    const other = specs(3).map((spec) => ({ ...spec, args: { page: 7 } }));
    await expect(run(job, other, { order: 1 })).rejects.toMatchObject({ code: "replay_mismatch" });
  });
});

interface Worker {
  readonly jobs: RecordOfJobs;
  readonly queue: MemoryQueue;
  readonly computed: number[];
  readonly order: number;
  readonly signal: AbortSignal;
}

async function work({ jobs, queue, computed, order, signal }: Worker): Promise<void> {
  for (;;) {
    const [head] = queue.heads();
    if (head === undefined) return;
    const most = { units: 64, bytes: 1e9 };
    const lease = await queue.lease({ owner: "s", seconds: 60, map: head.map, most });
    if (lease === undefined) return;
    const shuffled = [...lease.units].sort((a, b) => mixed(a, order) - mixed(b, order));
    for (const unit of shuffled) {
      if (signal.aborted) return;
      await queue.ack(lease, unit.id);
      computed.push(indexOf(unit.id));
      await jobs.apply(unit.job, [partEvent(unit, expectedPart(indexOf(unit.id)), WORK)]);
    }
  }
}

function specs(count: number): UnitSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    files: [{ key: `k${index}`, filename: `${index}.txt`, bytes: 1, sha256: "0".repeat(64) }],
  }));
}

const WORK = { slave: "s", seconds: 0, attempts: 1 };

function expectedPart(index: number): Part {
  if (index % FAILS_EVERY === 0) return { ok: false, index, code: "corrupt_file", error: `File ${index}.` };
  const file = { key: `part-${index}`, filename: `${index}.txt`, bytes: 2, sha256: "1".repeat(64) };
  return { ok: true, index, file, summary: `number ${index}`, info: undefined };
}

function byIndex(parts: readonly Part[]): Part[] {
  return parts.toSorted((a, b) => a.index - b.index);
}

function mixed(unit: QueuedUnit, order: number): number {
  return (indexOf(unit.id) * 7919 + order * 104_729) % 1009;
}
