import { expect, test } from "vitest";
import { done, ended, failed, newJob, type RecordRun, started } from "./fixtures.contract.ts";
import type { NewJob } from "./newJob.ts";
import { MOST_SEEN } from "./recordedResults.ts";
import { reuseKey } from "./reuseKeys.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

/** Laws of the search for results by the bytes of their inputs. */
export function findsResults(run: RecordRun): void {
  const doneJob = async (id: string, rest: string | undefined, more: Partial<NewJob> = {}) => {
    await run.jobs.create(newJob(id, ["x.txt"], more));
    await run.jobs.apply(id, [started]);
    await run.jobs.apply(id, [{ ...done(0), reuseKey: rest && reuseKey(A, rest) }]);
    await run.jobs.apply(id, [ended]);
  };

  test("the newest job's result answers for its bytes and key, in the order of the wishes", async () => {
    await doneJob("01A", "k1");
    await doneJob("01C", "k1");
    await doneJob("01B", "k2");
    await doneJob("01D", undefined);
    await run.reopen();
    const wishes = [
      { sha256: A, reuseKey: reuseKey(A, "k2") },
      { sha256: B, reuseKey: reuseKey(A, "k1") },
      { sha256: A, reuseKey: reuseKey(A, "k1") },
      { sha256: A, reuseKey: reuseKey(A, "k2") },
    ];
    const found = await run.jobs.recorded.find(wishes);
    expect(found.map((result) => result?.job)).toEqual(["01B", undefined, "01C", "01B"]);
    expect(found[0]?.file).toMatchObject({
      index: 0,
      filename: "x.txt",
      resultKey: "k0",
      reuseKey: reuseKey(A, "k2"),
    });
    expect(await run.jobs.recorded.find([])).toEqual([]);
  });

  test("a result that was made later goes before a newer copy of an older one, in small and large jobs", async () => {
    const cached = { job: "01A", seconds: 1, key: "copy", bytes: 4, sha256: B };
    const wish = { sha256: A, reuseKey: reuseKey(A, "k1") };
    const found = async () => (await run.jobs.recorded.find([wish]))[0]?.job;
    const copy = async (id: string, files: number) => {
      const names = Array.from({ length: files }, (_, n) => `${n}.txt`);
      const copies = newJob(id, names).files.map((file) => ({ ...file, cached }));
      await run.jobs.create({ ...newJob(id, []), files: copies });
      await run.jobs.apply(id, [started]);
      for (const { index } of copies)
        await run.jobs.apply(id, [{ ...done(index), reuseKey: wish.reuseKey, savedSeconds: 1 }]);
      await run.jobs.apply(id, [ended]);
    };
    await doneJob("01A", "k1");
    await doneJob("01B", "k1");
    await copy("01C", 1);
    await copy("01D", 600);
    await run.reopen();
    expect(await found()).toBe("01B");
    await run.jobs.remove("01B");
    expect(await found()).toBe("01D");
  });

  test("files that failed or have not ended, and jobs that were removed, have no result", async () => {
    await doneJob("01A", "k1");
    await run.jobs.remove("01A");
    await run.jobs.create(newJob("01B", ["x.txt", "y.txt"]));
    await run.jobs.apply("01B", [started]);
    await run.jobs.apply("01B", [failed(0)]);
    expect(await run.jobs.recorded.find([{ sha256: A, reuseKey: reuseKey(A, "k1") }])).toEqual([undefined]);
    expect(await run.jobs.recorded.ofInput({ sha256: A, limit: 10 })).toEqual({ total: 0, results: [] });
  });

  test("all results of the same bytes are there, newest first, by task and client, some of a count", async () => {
    await doneJob("01A", "k1", { client: "ann" });
    await doneJob("01B", "k2", { client: "bob", task: "image" });
    await doneJob("01C", "k3", { client: "ann", task: "image" });
    await doneJob("01D", undefined, { client: "ann" });
    const of = async (filter: {
      readonly task?: string;
      readonly client?: string;
      readonly limit?: number;
    }) => {
      const { total, results } = await run.jobs.recorded.ofInput({ sha256: A, limit: 10, ...filter });
      return [total, ...results.map(({ job }) => job)];
    };
    expect(await of({})).toEqual([3, "01C", "01B", "01A"]);
    expect(await of({ limit: 1 })).toEqual([3, "01C"]);
    expect(await of({ task: "image" })).toEqual([2, "01C", "01B"]);
    expect(await of({ client: "ann" })).toEqual([2, "01C", "01A"]);
    expect(await of({ client: "ann", task: "text" })).toEqual([1, "01A"]);
    expect(await of({ client: "" })).toEqual([0]);
  });

  test("of very many results of the same bytes the newest are looked at", async () => {
    const names = Array.from({ length: MOST_SEEN + 5 }, (_, n) => `${n}.txt`);
    const ends = names.map((_, index) => ({ ...done(index), reuseKey: reuseKey(A, "k1") }));
    await run.jobs.create(newJob("01A", names));
    await run.jobs.apply("01A", [started]);
    for (let from = 0; from < ends.length; from += 500)
      await run.jobs.apply("01A", ends.slice(from, from + 500));
    await run.jobs.apply("01A", [ended]);
    const { total, results } = await run.jobs.recorded.ofInput({ sha256: A, limit: 2 });
    expect(total).toBe(MOST_SEEN + 1);
    expect(results.map(({ file }) => file.index)).toEqual([MOST_SEEN + 4, MOST_SEEN + 3]);
  });

  test("a file keeps the recorded result that it was created with, and its job counts the work that it saved", async () => {
    const cached = {
      job: "00Z",
      seconds: 2.5,
      key: "copy",
      bytes: 4,
      sha256: B,
      summary: "s",
      info: { a: 1 },
    };
    const [file, other] = newJob("01A", ["x.txt", "y.txt"]).files;
    if (file === undefined || other === undefined) throw new Error("there are two files");
    await run.jobs.create({ ...newJob("01A", []), cache: "refresh", files: [{ ...file, cached }, other] });
    await run.reopen();
    expect(await run.jobs.files("01A")).toMatchObject([{ state: "queued", cached }, { state: "queued" }]);
    expect((await run.jobs.files("01A"))[1]?.cached).toBeUndefined();
    await run.jobs.apply("01A", [started]);
    await run.jobs.apply("01A", [{ ...done(0), seconds: 0, savedSeconds: 2.5, reuseKey: "k1" }]);
    await run.jobs.apply("01A", [{ ...done(1), startedAt: 3 }]);
    await run.reopen();
    const record = await run.jobs.get("01A");
    expect(record).toMatchObject({ cache: "refresh", done: 2 });
    expect(record?.work).toMatchObject({
      files: 2,
      seconds: 0.5,
      resultBytes: 8,
      cached: 1,
      savedSeconds: 2.5,
    });
    expect((await run.jobs.files("01A"))[0]).toMatchObject({ state: "done", cached, reuseKey: "k1" });
  });
}
