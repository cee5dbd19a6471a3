import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  done,
  ended,
  failed,
  newJob,
  partStored,
  type RecordRun,
  resultNames,
  started,
} from "./fixtures.contract.ts";
import type { FileRecord } from "./job.ts";

const FILES = 1_500;
const NAMES = Array.from({ length: FILES }, (_, index) => `${index}.txt`);
const CANCELLED = { type: "cancelled", at: 9 } as const;

/** Laws for jobs of very many files: no change or reading of one is done in a single turn of the event loop. */
export function holdsLargeJobs(run: RecordRun): void {
  test("files come in pages, from any on and in end order, those that the job ended left out", async () => {
    await run.jobs.create(newJob("01A", NAMES));
    const ends = Array.from({ length: 300 }, (_, n) => done(FILES - 1 - n));
    await run.jobs.apply("01A", [started, ...ends, failed(0), CANCELLED]);
    const pages = await all(run.jobs.pages("01A", { from: 700, limit: 500 }));
    expect(pages.flat().map(({ index }) => index)).toEqual(range(700, 1_200));
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(100);
    const byEnd = (await all(run.jobs.pagesByEnd("01A", 100))).flat();
    expect(byEnd.map(({ endOrder }) => endOrder)).toEqual(range(101, 302));
    expect(byEnd.at(-1)).toMatchObject({ index: 0, state: "failed" });
    expect(await all(run.jobs.pages("01X"))).toEqual([]);
  });

  test("a job that is removed while it is read does not look whole", async () => {
    await run.jobs.create(newJob("01A", NAMES));
    await run.jobs.apply("01A", [CANCELLED]);
    const pages = run.jobs.pages("01A")[Symbol.asyncIterator]();
    await pages.next();
    await run.jobs.remove("01A");
    await expect(pages.next()).rejects.toMatchObject({ code: "no_such_job" });
  });

  test("the job sums up the work on the files that ended by themselves", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c", "d"]));
    const slave = "constructor";
    const first = { ...done(0), slave, startedAt: 7 };
    const second = { ...failed(2), slave, startedAt: 5, seconds: 2 };
    await run.jobs.apply("01A", [started, first, second, { ...done(1), slave: "s2" }, CANCELLED]);
    await run.reopen();
    const sums = { files: 3, seconds: 3, resultBytes: 8, startedAt: 5, slaves: { [slave]: 2, s2: 1 } };
    // Two files began after they ended, by the clock; the third one took half a second.
    const runs = [2, ...Array.from({ length: 34 }, () => 0), 1];
    const work = { ...sums, waits: [3], runs };
    expect((await run.jobs.get("01A"))?.work).toEqual(work);
  });

  test("a change is many turns long, and others are made meanwhile", async () => {
    expect(await turnsOf(run.jobs.create(newJob("01A", NAMES)))).toBeGreaterThan(5);
    await run.jobs.create(newJob("01B", ["x"]));
    const ending = run.jobs.apply("01A", [started, partStored(0, "d"), done(1), CANCELLED]);
    const another = run.jobs.apply("01B", [started]);
    expect(await Promise.race([ending.then(() => "ending"), another.then(() => "another")])).toBe("another");
    expect(await turnsOf(ending)).toBeGreaterThan(5);
    expect(await turnsOf(run.jobs.remove("01A"))).toBeGreaterThan(5);
  });

  test("a new job is seen when it is whole", async () => {
    const creating = run.jobs.create(
      newJob("01A", NAMES, { request: { key: "k", digest: "d", expiresAt: 20 } }),
    );
    await turn();
    await turn();
    // A database may have ended it between two of these looks.
    const requested = await run.jobs.requested({ client: undefined, key: "k" }, 0);
    const found = await run.jobs.get("01A");
    const files = await run.jobs.files("01A");
    expect([0, FILES]).toContain(files.length);
    if (requested !== undefined) expect(found).toBeDefined();
    if (found !== undefined) expect(files).toHaveLength(FILES);
    await expect(run.jobs.create(newJob("01A", ["x"]))).rejects.toMatchObject({ code: "job_exists" });
    await creating;
    expect(await resultNames(run.jobs, "01A")).toEqual(NAMES.map((name) => name.replace(".txt", ".json")));
  });

  test("its files have ended as soon as the job has", async () => {
    await run.jobs.create(newJob("01A", NAMES));
    const ending = run.jobs.apply("01A", [
      started,
      done(1),
      { type: "failed", at: 9, code: "x", error: "y" },
    ]);
    while ((await run.jobs.get("01A"))?.state !== "partial") await turn();
    const at = await Promise.all([0, FILES - 1].map((index) => run.jobs.files("01A", index, 1)));
    for (const [file] of at)
      expect(file).toMatchObject({ state: "failed", code: "x", error: "y", endedAt: 9 });
    await ending;
    const { length } = (await run.jobs.files("01A")).filter(({ state }) => state === "failed");
    expect(length).toBe(FILES - 1);
  });

  test("a creation that the end of the process cuts off leaves no names", async () => {
    await run.jobs.create(newJob("01A", ["7.txt"]));
    await run.jobs.apply("01A", [started, done(0), ended]);
    const creating = run.jobs.create(newJob("01B", NAMES), { replaceNames: true });
    await turn();
    await turn();
    await Promise.all([run.reopen(), expect(creating).rejects.toMatchObject({ code: "store_closed" })]);
    expect(await run.jobs.get("01B")).toBeUndefined();
    expect(await run.jobs.owner("text", "7.json")).toMatchObject({ job: "01A" });
    await run.jobs.create(newJob("01C", ["5.txt"]));
    expect(await resultNames(run.jobs, "01C")).toEqual(["5.json"]);
  });

  test("an end that the end of the process cuts off is completed by the next start", async () => {
    await run.jobs.create(newJob("01A", NAMES));
    const ending = run.jobs.apply("01A", [started, done(1), CANCELLED]);
    while ((await run.jobs.get("01A"))?.state !== "cancelled") await turn();
    await Promise.all([run.reopen(), expect(ending).rejects.toMatchObject({ code: "store_closed" })]);
    const states = (await run.jobs.files("01A")).map(({ state }) => state);
    expect(states).toEqual(states.map((_, index) => (index === 1 ? "done" : "cancelled")));
    await run.jobs.create(newJob("01B", ["0.txt", "1.txt"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["0.json", "1-2.json"]);
  });
}

async function all(pages: AsyncIterable<readonly FileRecord[]>): Promise<(readonly FileRecord[])[]> {
  const found: (readonly FileRecord[])[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

async function turnsOf(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  let turns = 0;
  for (; !isDone; turns += 1) await turn();
  await finished;
  return turns;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => from + n);
}
