import { expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { jobView } from "../../tests/standin/cliFolder.ts";
import { type FrameSize, frameLines } from "./frame.ts";
import { ScreenState } from "./state.ts";

const PLAIN = { paint: (_style: string, text: string) => text };
const ALL: FrameSize = { columns: undefined, rows: undefined };

function slave(name: string, own: Partial<SlaveView> = {}): SlaveView {
  const numbers = { slots: 4, busy: 3, waiting: 2, done: 0, failed: 0 };
  return {
    id: name,
    name,
    address: "10.0.0.7:3000",
    state: "alive",
    classic: false,
    tasks: ["ocr"],
    ...numbers,
    ...own,
  };
}

const RUNNING = jobView({
  ...{
    id: "JOB1",
    job_id: "JOB1",
    state: "running",
    name: "invoices",
    files_per_second: 12.34,
    eta_seconds: 45,
  },
  counts: { total: 100, queued: 40, running: 10, done: 45, failed: 5, cancelled: 0 },
});

function fleet(): ScreenState {
  const state = new ScreenState();
  const working_on = [{ task: "ocr", step: "read", filename: "a\u001b[2J.png", seconds: 2 }];
  state.apply({ type: "slave", slave: slave("room", { working_on }) });
  state.apply({
    type: "slave",
    slave: slave("attic", { state: "lost", reason: "no answer in time", busy: 0 }),
  });
  state.apply({ type: "job", job: RUNNING });
  return state;
}

test("one picture has slots as dots, what slaves do, and how far jobs are", () => {
  expect(
    frameLines({ master: "http://m:5000", fleet: fleet(), chosen: "JOB1", footer: "q quit" }, ALL, PLAIN),
  ).toEqual([
    "manyhands  http://m:5000",
    "●●●○ 3 of 4 slots busy   40 files waiting   12 files/s",
    "",
    "SLAVE  SLOTS        NOW",
    "attic  lost         no answer in time",
    "room   ●●●○ 3/4 +2  a\\x1b[2J.png 2.0 s",
    "",
    "  JOB   TASK  NAME      PROGRESS           FILES             FILES/S  LEFT",
    "› JOB1  text  invoices  ██████░░░░░░  50%  50/100, 5 failed  12.3     45 s",
    "q quit",
  ]);
});

test("a picture never has more lines or columns than the window, and says what it leaves out", () => {
  const state = fleet();
  for (let index = 0; index < 60; index += 1) {
    state.apply({ type: "slave", slave: slave(`s${index}`) });
    state.apply({
      type: "job",
      job: jobView({ ...RUNNING, id: `K${index}`, created_at: `2026-01-0${(index % 9) + 1}` }),
    });
  }
  for (const [columns, rows] of [
    [80, 24],
    [40, 12],
    [200, 60],
  ] as const) {
    const lines = frameLines(
      { master: "http://m:5000", fleet: state, chosen: "JOB1", footer: "q" },
      { columns, rows },
      PLAIN,
    );
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.filter((line) => /^… and \d+ other (slaves|jobs)$/.test(line))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("› JOB1"))).toHaveLength(1);
    expect(lines.at(-1)).toBe("q");
  }
});

test("in a narrow window the dots leave room for the words", () => {
  const state = new ScreenState();
  state.apply({ type: "slave", slave: slave("cellar", { slots: 64, busy: 64, waiting: 0 }) });
  const lines = (columns: number) => frameLines({ master: "m", fleet: state }, { columns, rows: 24 }, PLAIN);
  expect(lines(60)[1]).toBe("●●●●●●●● 64 of 64 slots busy   0 files waiting   0.0 files/s");
  expect(lines(46)[1]).toBe("64 of 64 slots busy   0 files waiting   0.0 f…");
  expect(lines(40)[4]).toBe("cellar  ●●●●●●●●●● 64/64");
  expect(lines(200)[1]).toBe(`${"●".repeat(40)} 64 of 64 slots busy   0 files waiting   0.0 files/s`);
});

test("of jobs that ended, the last three stay; what is removed goes", () => {
  const state = fleet();
  for (const id of ["A", "B", "C", "D"])
    state.apply({
      type: "job",
      job: jobView({ id, ended_at: `2026-01-02T00:00:0${id.charCodeAt(0) - 65}Z` }),
    });
  expect(state.jobs.map(({ id }) => id)).toEqual(["JOB1", "D", "C", "B"]);
  state.apply({ type: "removed", id: "C", kind: "job" });
  state.apply({ type: "removed", id: "room", kind: "slave" });
  expect(state.jobs.map(({ id }) => id)).toEqual(["JOB1", "D", "B"]);
  expect(state.slaves.map(({ id }) => id)).toEqual(["attic"]);
});
