import { describe, expect, test } from "vitest";
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
import type { RecordOfJobs } from "./port.ts";

/** Laws of the names that results get. */
export function reservesNames(run: RecordRun): void {
  test("a name that is taken elsewhere is passed over, for files and attachments, but may be replaced", async () => {
    const asked: string[][] = [];
    await run.reopen((task, name) => {
      asked.push([task, name]);
      return ["a.json", "sum.csv"].includes(name);
    });
    await run.jobs.create(newJob("01A", ["a", "b"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["a-01A.json", "b.json"]);
    // The one with the job's own id can only be its own.
    expect(asked).toEqual([
      ["text", "a.json"],
      ["text", "b.json"],
    ]);
    const attached = { type: "attached", attachment: { name: "sum.csv", key: "k", bytes: 1 } } as const;
    const record = await run.jobs.apply("01A", [started, attached]);
    expect(record.attachments.map(({ name }) => name)).toEqual(["sum-01A.csv"]);
    await run.jobs.create(newJob("01B", ["a"]), { replaceNames: true });
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
  });

  test("the first to ask gets a name, another job's file its job's id, a twin its index too", async () => {
    await run.jobs.create(newJob("01A", ["notes.txt"]));
    await run.jobs.create(newJob("01B", ["notes.md", "dir/NOTES.txt", "other.txt", "notes"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["notes.json"]);
    expect(await resultNames(run.jobs, "01B")).toEqual([
      "notes-01B.json",
      "NOTES-01B-1.json",
      "other.json",
      "notes-01B-3.json",
    ]);
  });

  test("twins in the first job: one has the plain name, the others their index", async () => {
    await run.jobs.create(newJob("01A", ["a.txt", "a.txt", "A.md"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["a.json", "a-01A-1.json", "A-01A-2.json"]);
  });

  test("another task may have the same name", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.create(newJob("01B", ["a"], { task: "ocr" }));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
  });

  test("20 jobs at the same time get 20 names", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `01${index + 10}`);
    await Promise.all(ids.map((id) => run.jobs.create(newJob(id, ["same.txt"]))));
    const names = await Promise.all(ids.map((id) => resultNames(run.jobs, id)));
    expect(new Set(names.flat()).size).toBe(20);
  });

  test("a name that looks like a variant of a later one does not keep the later one from a free name", async () => {
    await run.jobs.create(newJob("01A", ["a-01B.txt", "a-01B-1.txt", "a.txt"]));
    await run.jobs.create(newJob("01B", ["a.txt", "a.txt"]));
    expect(new Set(await resultNames(run.jobs, "01B")).size).toBe(2);
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-01B-0.json", "a-01B-1-3.json"]);
  });

  test("owner tells whose a result is, once it is there", async () => {
    await run.jobs.create(newJob("01A", ["ünï.txt"]));
    expect(await run.jobs.owner("text", "ünï.json")).toBeUndefined();
    await run.jobs.apply("01A", [started, done(0)]);
    const owner = { job: "01A", index: 0, key: "k0", bytes: 4, sha256: "f".repeat(64) };
    expect(await run.jobs.owner("text", "ünï.json".normalize("NFD"))).toEqual(owner);
    expect(await run.jobs.owner("text", "ÜNÏ.json")).toBeUndefined();
    expect(await run.jobs.owner("ocr", "ünï.json")).toBeUndefined();
  });

  test("replaceNames: the later job takes the plain names over, the earlier record says so", async () => {
    await run.jobs.create(newJob("01A", ["a.txt", "b.txt"]));
    await run.jobs.apply("01A", [started, done(0), done(1), ended]);
    await run.jobs.create(newJob("01B", ["a.txt", "a.txt"]), { replaceNames: true });
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json", "a-01B-1.json"]);
    expect((await run.jobs.files("01A")).map(({ replacedBy }) => replacedBy)).toEqual(["01B", undefined]);
    await run.jobs.apply("01B", [started, done(0)]);
    expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01B", index: 0 });
    expect(await run.jobs.owner("text", "b.json")).toMatchObject({ job: "01A", index: 1 });
  });

  test("the name of a file that failed or was cancelled is free for the next one", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c"]));
    await run.jobs.apply("01A", [started, done(0), failed(1), { type: "cancelled", at: 9 }]);
    await run.jobs.create(newJob("01B", ["a", "b", "c"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-01B.json", "b.json", "c.json"]);
  });

  test("a removed job is gone for good, and its names are free", async () => {
    await run.jobs.create(newJob("01A", ["a"], { request: { key: "k", digest: "d", expiresAt: 20 } }));
    await expect(run.jobs.remove("01A")).rejects.toMatchObject({ code: "bad_transition" });
    await run.jobs.apply("01A", [started, partStored(0, "d1"), done(0), ended]);
    await run.jobs.remove("01A");
    await expect(run.jobs.remove("01A")).rejects.toMatchObject({ code: "no_such_job" });
    await run.reopen();
    expect(await run.jobs.get("01A")).toBeUndefined();
    expect([await run.jobs.files("01A"), await run.jobs.parts("01A", "main")]).toEqual([[], []]);
    expect(await run.jobs.requested({ client: undefined, key: "k" }, 0)).toBeUndefined();
    await run.jobs.create(newJob("01B", ["a"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json"]);
  });

  test("attachments get names of their own, the same when they are asked for again", async () => {
    const attach = (key: string) =>
      ({ type: "attached", attachment: { name: "../mean.csv", key, bytes: 7 } }) as const;
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.create(newJob("01B", ["b"]));
    const first = await run.jobs.apply("01A", [started, attach("k1")]);
    expect(first.attachments).toEqual([{ name: "mean.csv", key: "k1", bytes: 7 }]);
    const second = await run.jobs.apply("01B", [started, attach("k2")]);
    expect(second.attachments).toEqual([{ name: "mean-01B.csv", key: "k2", bytes: 7 }]);
    await run.reopen();
    const again = await run.jobs.apply("01B", [attach("k3")]);
    expect(again.attachments).toEqual([{ name: "mean-01B.csv", key: "k3", bytes: 7 }]);
    expect(await run.jobs.get("01B")).toEqual(again);
    expect(await run.jobs.owner("text", "mean-01B.csv")).toEqual({ job: "01B", key: "k3", bytes: 7 });
  });

  describe("replaceNames", () => {
    const replaceNames = { replaceNames: true };

    test("a file that fails gives its name back to the file that had it", async () => {
      await run.jobs.create(newJob("01A", ["a.txt"]));
      await run.jobs.apply("01A", [started, done(0), ended]);
      await run.jobs.create(newJob("01B", ["A.txt", "b.txt"]), replaceNames);
      await run.jobs.apply("01B", [started, failed(0)]);
      expect(await replacements(run.jobs, "01A")).toEqual([undefined]);
      expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01A", index: 0 });
    });

    test("a cancelled job gives back the names of its open files and keeps those of its results", async () => {
      await run.jobs.create(newJob("01A", ["a.txt", "b.txt"]));
      await run.jobs.apply("01A", [started, done(0), done(1), ended]);
      await run.jobs.create(newJob("01B", ["a.txt", "b.txt"]), replaceNames);
      await run.jobs.apply("01B", [started, done(1), { type: "cancelled", at: 9 }]);
      expect(await replacements(run.jobs, "01A")).toEqual([undefined, "01B"]);
      expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01A", index: 0 });
      expect(await run.jobs.owner("text", "b.json")).toMatchObject({ job: "01B", index: 1 });
    });

    test("a name goes back past a file that failed meanwhile", async () => {
      await run.jobs.create(newJob("01A", ["a.txt"]));
      await run.jobs.apply("01A", [started, done(0), ended]);
      await run.jobs.create(newJob("01B", ["a.txt"]), replaceNames);
      await run.jobs.create(newJob("01C", ["a.txt"]), replaceNames);
      await run.jobs.apply("01B", [started, failed(0), ended]);
      expect(await run.jobs.owner("text", "a.json")).toBeUndefined();
      await run.jobs.apply("01C", [started, failed(0), ended]);
      expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01A", index: 0 });
      expect(await replacements(run.jobs, "01A")).toEqual([undefined]);
    });

    test("an attachment whose name was taken over says so, also after a restart and a replay", async () => {
      const attach = (key: string) =>
        ({ type: "attached", attachment: { name: "sum.csv", key, bytes: 7 } }) as const;
      await run.jobs.create(newJob("01A", ["a"]), replaceNames);
      await run.jobs.apply("01A", [started, attach("k1")]);
      await run.jobs.create(newJob("01B", ["b"]), replaceNames);
      const later = await run.jobs.apply("01B", [started, attach("k2")]);
      expect(later.attachments).toEqual([{ name: "sum.csv", key: "k2", bytes: 7 }]);
      await run.reopen();
      const replaced = { name: "sum.csv", bytes: 7, replacedBy: "01B" };
      expect((await run.jobs.get("01A"))?.attachments).toEqual([{ ...replaced, key: "k1" }]);
      const again = await run.jobs.apply("01A", [attach("k3")]);
      expect(again.attachments).toEqual([{ ...replaced, key: "k3" }]);
      expect(await run.jobs.owner("text", "sum.csv")).toMatchObject({ job: "01B", key: "k2" });
    });
  });
}

async function replacements(jobs: RecordOfJobs, job: string): Promise<(string | undefined)[]> {
  return (await jobs.files(job)).map(({ replacedBy }) => replacedBy);
}
