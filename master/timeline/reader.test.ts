import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { percentile } from "../record/histogram.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import type { TimelineChunk, WorkSpan } from "../record/timeline.ts";
import { GrowingSums } from "./growingSums.ts";
import { profileOf } from "./profile.ts";
import { TimelineReader } from "./reader.ts";
import { ThinnedLanes } from "./thin.ts";

const BEGIN = 7_200_000 * 1_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

let folder = "";
let record: RecordOfJobs;
let reader: TimelineReader;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-timeline-"));
  record = await openSqliteRecord({ file: join(folder, "jobs.sqlite") });
  const recorder = { written: async () => undefined, running: () => [] };
  reader = new TimelineReader({ timeline: record.timeline, recorder });
  for (let minute = 0; minute < 6 * 60; minute += 1) await record.timeline.append(minuteOf(minute));
});
afterAll(async () => {
  await record.close();
  await rm(folder, { recursive: true, force: true });
});

/** Four slots of two slaves, a span of half a second each second, and six files a minute. */
function minuteOf(minute: number): TimelineChunk {
  const at = BEGIN + minute * MINUTE;
  const spans: WorkSpan[] = [];
  for (let second = 0; second < 60; second += 1)
    for (let slot = 0; slot < 4; slot += 1) {
      const from = at + second * 1_000;
      const slave = slot < 2 ? "north" : "south";
      const task = minute % 2 === 0 ? "text" : "ocr";
      const name = { slaveId: `id-${slave}`, slave, slot: slot % 2, task, job: `job-${minute % 3}` };
      spans.push({ ...name, index: second, from, to: from + 500, busy: 500, units: 1, state: "done" });
    }
  const sums = new GrowingSums();
  for (const span of spans) {
    sums.span(span);
    sums.unitEnded(span.slaveId, span.task, { at: span.to, seconds: 0.5 });
  }
  for (let file = 0; file < 6; file += 1)
    sums.fileEnded("text", { at: at + file * 10_000, state: "done", total: 3, wait: 1, run: 2 });
  sums.waiting(at, 9);
  const event = minute % 60 === 0 ? [{ at, slaveId: "id-north", slave: "north", event: "alive" }] : [];
  return { at: at + MINUTE, spans, slaves: event, sums: sums.take() };
}

const window = (from: number, to: number, width = 1_000) => ({ from: BEGIN + from, to: BEGIN + to, width });

test("a minute shows each unit", async () => {
  const { lanes, files } = await reader.read(window(MINUTE, 2 * MINUTE));
  expect(lanes.map(({ slave, slot, spans }) => [slave, slot, spans.length])).toEqual([
    ["north", 0, 60],
    ["north", 1, 60],
    ["south", 0, 60],
    ["south", 1, 60],
  ]);
  expect(lanes[0]?.spans[7]).toMatchObject({ task: "ocr", job: "job-1", index: 7, units: 1 });
  expect(files.map(({ done, milliseconds }) => [done, milliseconds])).toEqual(
    Array.from({ length: 6 }, () => [1, 10_000]),
  );
});

test.each([
  ["ten minutes", 10 * MINUTE, 100],
  ["an hour", HOUR, 100],
  ["six hours", 6 * HOUR, 500],
  ["six hours on a small screen", 6 * HOUR, 50],
])("%s is thinned to the width, and all units are counted", async (_, length, width) => {
  const { lanes, times, files } = await reader.read(window(0, length, width));
  for (const { spans } of lanes) {
    expect(spans.length).toBeLessThanOrEqual(2 * width);
    expect(spans.length).toBeGreaterThanOrEqual(length / MINUTE / 10);
    for (const [at, { from }] of spans.entries()) expect(from).toBeGreaterThanOrEqual(spans[at - 1]?.to ?? 0);
    expect(spans.reduce((sum, { units }) => sum + units, 0)).toBe(length / 1_000);
    expect(spans.reduce((sum, { busy }) => sum + busy, 0)).toBeCloseTo(length / 2, 0);
  }
  const ended = length / 10_000;
  expect(files.reduce((sum, { done }) => sum + done, 0)).toBe(ended);
  expect(times.text?.total.reduce((sum, count) => sum + count, 0)).toBe(ended);
});

test("a job and a slave can be looked at alone, at any zoom", async () => {
  const { lanes } = await reader.read({ ...window(0, 6 * HOUR, 200), job: "job-1", slave: "south" });
  expect(lanes.map(({ slave, slot }) => [slave, slot])).toEqual([
    ["south", 0],
    ["south", 1],
  ]);
  expect(lanes[0]?.spans.reduce((sum, { units }) => sum + units, 0)).toBe(2 * 60 * 60);
  const { lanes: north, slaves } = await reader.read({ ...window(0, 6 * HOUR), slave: "id-north" });
  expect(north.map(({ slot }) => slot)).toEqual([0, 1]);
  expect(slaves).toHaveLength(6);
});

test("coarse sums tell of a time whose spans were removed", async () => {
  while (await record.timeline.trim({ before: 0, bytes: 5 * 150_000 }));
  expect((await record.timeline.reach("spans")) ?? 0).toBeGreaterThan(BEGIN + 2 * HOUR);
  const { lanes, step } = await reader.read(window(0, HOUR));
  expect(step).toBeGreaterThanOrEqual(10_000);
  expect(lanes[0]?.spans.reduce((sum, { units }) => sum + units, 0)).toBe(3_600);
});

test("lanes of alternating tasks below a pixel have about as many spans as pixels", () => {
  const lanes = new ThinnedLanes(100);
  const slot = { slaveId: "s", slave: "s", slot: 0 };
  for (let n = 0; n < 10_000; n += 1) {
    const from = n * 10;
    const task = n % 2 === 0 ? "text" : "ocr";
    const state = n % 3 === 0 ? "failed" : "done";
    lanes.add(slot, { from, to: from + 9, task, state, busy: 9, units: 1, job: "j", index: n });
  }
  const [lane] = lanes.all();
  expect(lane?.spans.length).toBeLessThanOrEqual(2_000);
  expect(lane?.spans.reduce((sum, { units }) => sum + units, 0)).toBe(10_000);
});

test("pieces of a long unit are one span again, with the end of the last", () => {
  const lanes = new ThinnedLanes(1);
  const slot = { slaveId: "s", slave: "s", slot: 0 };
  const piece = (from: number, state: "running" | "done", units: number) =>
    lanes.add(slot, { from, to: from + 60, task: "ocr", state, busy: 60, units, job: "j", index: 4 });
  piece(0, "running", 0);
  piece(60, "running", 0);
  piece(120, "done", 1);
  expect(lanes.all()[0]?.spans).toEqual([
    { from: 0, to: 180, task: "ocr", state: "done", busy: 180, units: 1, job: "j", index: 4 },
  ]);
});

test("a profile tells of idle times before, between and after the work of each slot", async () => {
  async function* spans() {
    const name = {
      slaveId: "s",
      slave: "s",
      task: "text",
      job: "j",
      busy: 1,
      units: 1,
      state: "done",
    } as const;
    yield [
      { ...name, slot: 0, from: -5, to: 10 },
      { ...name, slot: 1, from: 20, to: 30 },
    ];
    yield [
      { ...name, slot: 0, from: 10, to: 15 },
      { ...name, slot: 0, from: 18, to: 120 },
    ];
  }
  const rows: unknown[] = [];
  for await (const page of profileOf(spans(), { from: 0, to: 100 }))
    for (const { slot, from, to, span } of page)
      rows.push([slot, from, to, span === undefined ? "idle" : "busy"]);
  expect(rows).toEqual([
    [0, 0, 10, "busy"],
    [1, 0, 20, "idle"],
    [1, 20, 30, "busy"],
    [0, 10, 15, "busy"],
    [0, 15, 18, "idle"],
    [0, 18, 100, "busy"],
    [1, 30, 100, "idle"],
  ]);
});

test.each([
  ["an hour", HOUR],
  ["six hours", 6 * HOUR],
])("the work of a slave in %s is told by task", async (_, length) => {
  const work = await reader.work("id-north", { from: BEGIN, to: BEGIN + length });
  const units = length / 1_000;
  expect(work.map(({ task, units: ended, failed, busy }) => [task, ended, failed, busy])).toEqual([
    ["text", units, 0, units * 500],
    ["ocr", units, 0, units * 500],
  ]);
  for (const { run } of work) {
    expect(run.reduce((sum, count) => sum + count, 0)).toBe(units);
    expect(percentile(run, 0.5)).toBeCloseTo(0.5, 0);
  }
});
