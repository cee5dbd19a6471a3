import { expect, test } from "vitest";
import { toldMaster } from "../../shared/contract/told.ts";
import { ChangeHub } from "../hub.ts";
import { JobProgress } from "../map/progress.ts";
import type { JobRecord } from "../record/job.ts";
import { ToldJobs, toldProgress } from "./toldJobs.ts";

const OUTLOOK = { files_per_second: 2, why: { code: "full_speed", text: "All is well." } } as const;

/** Jobs that run, each with files whose indexes are given, and what is told of them. */
function told(jobs: Readonly<Record<string, readonly number[]>>) {
  const hub = new ChangeHub();
  const progress = new Map(
    Object.entries(jobs).map(([id, files]) => {
      const one = new JobProgress(
        () => undefined,
        () => OUTLOOK,
      );
      for (const index of files) one.placing(index);
      return [id, one] as const;
    }),
  );
  const running = [...progress.keys()];
  const toldJobs = new ToldJobs({ hub, runner: { running, live: (id) => progress.get(id) } });
  return { hub, toldJobs };
}

function record(id: string, state: JobRecord["state"]): JobRecord {
  return { id, state } as JobRecord;
}

test("the jobs that began last are told, with a bounded number of their files", () => {
  const jobs = Object.fromEntries(
    Array.from({ length: 150 }, (_, n) => [`J${String(n).padStart(3, "0")}`, [0, 1, 2, 3, 4, 5, 6, 7]]),
  );
  const now = told(jobs).toldJobs.now();
  expect(now.map(({ id }) => id)).toEqual(Object.keys(jobs).slice(50));
  expect(now.reduce((sum, { files }) => sum + files.length, 0)).toBe(500);
  expect(toldMaster.shape.at_work.parse(now)).toEqual(now);
});

test("why a job is not faster is told once it was recorded here, and not after its end", () => {
  const { hub, toldJobs } = told({ A: [3], B: [] });
  expect(toldJobs.now().map(({ outlook }) => outlook)).toEqual([undefined, undefined]);
  hub.jobChanged(record("A", "running"), []);
  hub.jobChanged(record("B", "running"), []);
  hub.jobChanged(record("B", "succeeded"), []);
  expect(toldJobs.now().map(({ outlook }) => outlook)).toEqual([OUTLOOK, undefined]);
});

test("views of another master show what was told", () => {
  const live = toldProgress({ id: "A", running: 9, files: [{ index: 3, since: 77 }], outlook: OUTLOOK });
  expect([live.running(), live.shownRunning()]).toEqual([9, [3]]);
  expect([2, 3].map((index) => [live.isRunning(index), live.startedAt(index)])).toEqual([
    [false, undefined],
    [true, 77],
  ]);
  expect(live.outlook(record("A", "running"))).toEqual(OUTLOOK);
});
