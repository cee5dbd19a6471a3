import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeTime } from "ulid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import type { KeptBytes } from "../record/keptBytes.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import { Retention, type RetentionPolicy } from "./retention.ts";

describe("ended jobs", () => {
  let close: () => Promise<void>;
  let jobs: RecordOfJobs;
  let store: ByteStore;
  let results: ResultsFolder;
  beforeEach(async () => {
    ({ jobs, store, results, close } = await openRecordFolder());
  });
  afterEach(() => close());

  test("are removed with all their bytes once they are too old; younger and running jobs stay", async () => {
    const old = await ended(1, 1_000);
    const recent = await ended(2, 50_000);
    const running = await begun(3);
    await retention({ jobSeconds: 60 }).sweep(100_000);
    expect(await jobs.get(old)).toBeUndefined();
    expect(await keys(old)).toEqual([]);
    expect(await jobs.get(recent)).toMatchObject({ state: "succeeded" });
    expect(await keys(recent)).toHaveLength(2);
    expect(await jobs.get(running)).toMatchObject({ state: "running" });
    expect(await keys(running)).toHaveLength(2);
  });

  test("leave their results in the folder without KEEP_RESULTS_SECONDS", async () => {
    const kept = await ended(1, 1_000);
    await retention({ jobSeconds: 1 }).sweep(100_000);
    expect(await readdir(join(results.folder, "image"))).toEqual([`${kept}.png`]);
    const gone = await ended(2, 1_000);
    await retention({ jobSeconds: 100_000, resultsSeconds: 1 }).sweep(100_000);
    expect(await jobs.get(gone)).toBeUndefined();
    expect(await readdir(join(results.folder, "image"))).toEqual([`${kept}.png`]);
  });

  test("are removed when they keep too much, the oldest first, only as many as needed", async () => {
    const ids = [await ended(1, 3_000), await ended(2, 1_000), await ended(3, 2_000)];
    await retention({ bytes: 350 }).sweep(100_000);
    const left = await Promise.all(ids.map(async (id) => (await jobs.get(id)) !== undefined));
    expect(left).toEqual([true, false, false]);
    expect(await jobs.kept.bytes()).toBe(200);
  });

  test("are not removed for their size while clients may still read their results", async () => {
    const id = await ended(1, 99_000);
    await retention({ bytes: 0, graceSeconds: 60 }).sweep(100_000);
    expect(await jobs.get(id)).toBeDefined();
  });

  test("lose the parts that they no longer need, and keep inputs and results", async () => {
    const id = await ended(1, 1_000, "embedding");
    const part = await store.put(Buffer.alloc(100), { group: id });
    expect(await keys(id)).toContain(part.key);
    await retention({}).sweep(100_000);
    expect(await keys(id)).toHaveLength(2);
    expect(await keys(id)).not.toContain(part.key);
    expect(await jobs.kept.bytes()).toBe(200);
  });

  test("are not listed when their run knows the bytes that they keep", async () => {
    const known = await ended(1, 1_000, "embedding");
    const removed = idAt(2);
    const part = await store.put(Buffer.alloc(100), { group: known });
    const keptBytes = new Map([known, removed].map((id) => [id, 170]));
    await retention({}, keptBytes).sweep(100_000);
    expect(await keys(known)).toContain(part.key);
    expect(await jobs.kept.bytes()).toBe(170);
    expect([...keptBytes]).toEqual([]);
  });

  test("are removed in bounded sweeps", async () => {
    for (let number = 1; number <= 25; number += 1) await ended(number, number);
    const sweeper = retention({ jobSeconds: 1 });
    expect(await sweeper.sweep(100_000)).toBe(true);
    expect(await jobs.list({ limit: 100 })).toHaveLength(5);
    expect(await sweeper.sweep(100_000)).toBe(false);
    expect(await jobs.list({ limit: 100 })).toEqual([]);
  });

  test("incomplete uploads of a killed master are removed; jobs and new uploads are not", async () => {
    const known = await ended(1, 1_000);
    const now = Date.now();
    const left = await store.put(Buffer.alloc(10), { group: idAt(now - 5_000) });
    const large = await store.put(Buffer.alloc(100_000), { group: idAt(now - 5_000) });
    const coming = await store.put(Buffer.alloc(10), { group: idAt(now + 5_000) });
    const foreign = await store.put(Buffer.alloc(10), { group: "not-a-job" });
    expect(await retention({}).removeOrphans(now)).toBe(1);
    const there = await Promise.all([left, large, coming, foreign].map(({ key }) => store.stat(key)));
    expect(there.map((found) => found !== undefined)).toEqual([false, false, true, true]);
    expect(await keys(known)).toHaveLength(2);
  });

  test("an upload that begins before the first sweep is not removed by it", async () => {
    const started = retention({});
    await sleep(5);
    const coming = await store.put(Buffer.alloc(10), { group: idAt(Date.now()) });
    await sleep(5);
    started.start();
    await started.stop();
    expect(await store.stat(coming.key)).toBeDefined();
  });

  test("take the timeline of their time with them", async () => {
    const slave = { slaveId: "s", slave: "north", event: "alive" };
    const at = (seconds: number) => ({ at: seconds * 1_000, ...slave });
    await jobs.timeline.append({ at: 99_000, spans: [], sums: [], slaves: [at(1), at(98)] });
    await retention({ jobSeconds: 60 }).sweep(100_000);
    const left: number[] = [];
    for await (const page of jobs.timeline.slaves({ from: 0, to: 200_000 }))
      left.push(...page.map((moment) => moment.at));
    expect(left).toEqual([98_000]);
  });

  function retention(policy: Partial<RetentionPolicy>, keptBytes: KeptBytes = new Map()): Retention {
    const none = {
      timelineBytes: 1e9,
      jobSeconds: 1e9,
      bytes: 1e12,
      resultsSeconds: undefined,
      graceSeconds: 0,
    };
    const logger = createLogger("test", "silent");
    return new Retention({ jobs, store, results, keptBytes, logger, policy: { ...none, ...policy } });
  }

  async function keys(group: string): Promise<string[]> {
    const found: string[] = [];
    for await (const keys of store.list(group)) found.push(...keys);
    return found;
  }

  /** A job of one file with 100 bytes and a result of 100 bytes in the results folder. */
  async function ended(number: number, at: number, task = "image"): Promise<string> {
    const id = await begun(number, task);
    await jobs.apply(id, [{ type: "ended", at }]);
    return id;
  }

  async function begun(number: number, task = "image"): Promise<string> {
    const id = idAt(number);
    const input = await store.put(Buffer.alloc(100), { group: id });
    const result = await store.put(Buffer.alloc(100), { group: id });
    const file = { ...input, index: 0, filename: `${id}.jpg`, resultName: (stem: string) => `${stem}.png` };
    await jobs.create({ id, task, options: {}, priority: 1, seed: 1, createdAt: 1, files: [file] });
    await jobs.apply(id, [{ type: "started", at: 1 }, fileDone(result)]);
    await results.place({ task, name: `${id}.png`, key: result.key, bytes: result.bytes });
    return id;
  }

  test("foreign files in the results folder are never removed", async () => {
    await ended(1, 1_000);
    await writeFile(join(results.folder, "image", "holiday.png"), "mine");
    await retention({ jobSeconds: 1, resultsSeconds: 1 }).sweep(100_000);
    expect(await readdir(join(results.folder, "image"))).toEqual(["holiday.png"]);
  });
});

function fileDone({ key, bytes, sha256 }: StoredObject) {
  const result = { resultKey: key, resultBytes: bytes, resultSha256: sha256 };
  return { type: "file_done", index: 0, at: 1, attempts: 1, seconds: 0, ...result } as const;
}

function idAt(time: number): string {
  return encodeTime(time).padEnd(26, "0");
}
