import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RecordRun } from "./fixtures.contract.ts";
import type { TimelineChunk, TimelineSums, WorkSpan } from "./timeline.ts";

const HOUR = 3_600_000;
/** Start of an interval of every resolution. */
const BEGIN = 7_200_000 * 1_000;

function span(from: number, to: number, more: Partial<WorkSpan> = {}): WorkSpan {
  const name = { slaveId: "s1", slave: "north", slot: 0, task: "text", job: "01A", index: 3 };
  return { ...name, from: BEGIN + from, to: BEGIN + to, busy: to - from, units: 1, state: "done", ...more };
}

function sums(at: number, more: Partial<TimelineSums> = {}): TimelineSums {
  const slot = { slaveId: "s1", slave: "north", slot: 0, task: "text", busy: 500, units: 2, failed: 1 };
  const times = { text: { total: [0, 2], wait: [2], run: [0, 0, 2] } };
  const runs = [{ slaveId: "s1", task: "text", run: [0, 0, 1, 2] }];
  return { at: BEGIN + at, slots: [slot], runs, done: 1, failed: 1, waiting: 4, times, ...more };
}

function chunk(at: number, more: Partial<TimelineChunk>): TimelineChunk {
  return { at: BEGIN + at, spans: [], slaves: [], sums: [], ...more };
}

const window = (from: number, to: number) => ({ from: BEGIN + from, to: BEGIN + to });

/** Laws of RecordedTimeline. */
export function keepsTimeline(run: RecordRun): void {
  test("spans come back as they were, in order, after a restart too", async () => {
    const spans = [
      span(0, 40),
      span(10, 30, { slot: 1, slave: 'ö"\0', job: "01B", index: undefined, units: 7, state: "failed" }),
      span(41, 90, { state: "running", units: 0 }),
      span(91, 99, { state: "returned", busy: 3 }),
    ];
    await run.jobs.timeline.append(chunk(100, { spans: spans.slice(0, 2) }));
    await run.jobs.timeline.append(chunk(100, { spans: spans.slice(2) }));
    await run.reopen();
    expect(await all(run.jobs.timeline.spans(window(0, 200)))).toEqual(spans);
    expect(await run.jobs.timeline.reach("spans")).toBe(BEGIN);
  });

  test("a window has the spans that touch it, long ones that were gathered later included", async () => {
    const long = span(0, 100_000);
    await run.jobs.timeline.append(chunk(20, { spans: [span(0, 10)] }));
    await run.jobs.timeline.append(chunk(100_000, { spans: [long, span(90_000, 90_010)] }));
    expect(await all(run.jobs.timeline.spans(window(50, 60)))).toEqual([long]);
    expect(await all(run.jobs.timeline.spans(window(HOUR, 2 * HOUR)))).toEqual([]);
  });

  test("sums are added up in intervals of every resolution", async () => {
    await run.jobs.timeline.append(chunk(5, { sums: [sums(0)] }));
    await run.reopen();
    const other = { slaveId: "s1", slave: "north", slot: 0, task: "ocr", busy: 7, units: 1, failed: 0 };
    const times = { ocr: { total: [1], wait: [1], run: [1] } };
    const runs = [
      { slaveId: "s1", task: "ocr", run: [0, 3] },
      { slaveId: "s2", task: "text", run: [5] },
    ];
    await run.jobs.timeline.append(
      chunk(9, { sums: [sums(0, { waiting: 2 }), sums(30_000, { slots: [other], runs, times })] }),
    );
    const ten = await all(run.jobs.timeline.sums(10_000, window(0, HOUR)));
    expect(ten).toEqual([
      {
        ...sums(0, { done: 2, failed: 2 }),
        slots: [expect.objectContaining({ busy: 1_000, units: 4, failed: 2 })],
        runs: [{ slaveId: "s1", task: "text", run: [0, 0, 2, 4] }],
        times: { text: { total: [0, 4], wait: [4], run: [0, 0, 4] } },
      },
      sums(30_000, { slots: [other], runs, times }),
    ]);
    for (const resolution of [60_000, 600_000, 7_200_000] as const) {
      const [whole, ...more] = await all(run.jobs.timeline.sums(resolution, window(0, HOUR)));
      expect(more).toEqual([]);
      expect(whole).toMatchObject({ at: BEGIN, done: 3, failed: 3, waiting: 4 });
      expect(whole?.slots.map(({ task, busy }) => [task, busy])).toEqual([
        ["text", 1_000],
        ["ocr", 7],
      ]);
      expect(Object.keys(whole?.times ?? {})).toEqual(["text", "ocr"]);
      expect(whole?.runs).toEqual([{ slaveId: "s1", task: "text", run: [0, 0, 2, 4] }, ...runs]);
    }
    expect(await all(run.jobs.timeline.sums(10_000, window(10_001, 29_999)))).toEqual([]);
  });

  test("slaves that come and go are told of in order", async () => {
    const moment = (at: number, event: string) => ({
      at: BEGIN + at,
      slaveId: "s1",
      slave: "north\0",
      event,
    });
    const moments = [moment(1, "alive"), { ...moment(2, "lost"), reason: "it is silent" }, moment(2, "gone")];
    await run.jobs.timeline.append(chunk(3, { slaves: moments }));
    await run.reopen();
    expect(await all(run.jobs.timeline.slaves(window(0, 10)))).toEqual(moments);
    expect(await all(run.jobs.timeline.slaves(window(2, 2)))).toEqual(moments.slice(1));
  });

  test("what is too old goes, and of what is too much the oldest", async () => {
    const { timeline } = run.jobs;
    const hours = Array.from({ length: 8 }, (_, hour) => hour * HOUR);
    for (const at of hours)
      await timeline.append(
        chunk(at + 50, {
          spans: [span(at, at + 40)],
          sums: [sums(at)],
          slaves: [{ at: BEGIN + at, slaveId: "s1", slave: "north", event: "alive" }],
        }),
      );
    while (await timeline.trim({ before: BEGIN + 2 * HOUR, bytes: 1e9 }));
    expect(await timeline.reach("spans")).toBe(BEGIN + 2 * HOUR);
    expect(await timeline.reach(10_000)).toBe(BEGIN + 2 * HOUR);
    expect(await all(timeline.slaves(window(0, HOUR)))).toEqual([]);
    await run.reopen();
    const row = JSON.stringify(sums(0)).length;
    while (await run.jobs.timeline.trim({ before: 0, bytes: 5 * 2 * row }));
    const left = await all(run.jobs.timeline.sums(10_000, window(0, 9 * HOUR)));
    expect(left.map(({ at }) => at)).toEqual(hours.slice(-left.length).map((at) => BEGIN + at));
    expect(left.length).toBeLessThan(6);
    const coarse = await all(run.jobs.timeline.sums(7_200_000, window(0, 9 * HOUR)));
    expect(coarse.length).toBeGreaterThanOrEqual(2);
  });

  test("a day of spans is read in many turns", async () => {
    const { timeline } = run.jobs;
    const second = Array.from({ length: 100 }, (_, n) => span(n * 10, n * 10 + 9));
    for (let n = 0; n < 40; n += 1) await timeline.append(chunk(n, { spans: second }));
    let turns = 0;
    let found = 0;
    const reading = (async () => {
      for await (const page of timeline.spans(window(0, 1_000))) found += page.length;
    })().finally(() => {
      found = -found;
    });
    for (; found >= 0; turns += 1) await turn();
    await reading;
    expect(found).toBe(-4_000);
    expect(turns).toBeGreaterThan(10);
  });
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}
