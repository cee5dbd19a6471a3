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

/** Laws of the names that results get. */
export function reservesNames(run: RecordRun): void {
  test("the first to ask gets a name, later ones the same name with a number that rises, twins of a job too", async () => {
    await run.jobs.create(newJob("01A", ["notes.txt"]));
    await run.jobs.create(newJob("01B", ["notes.md", "dir/NOTES.txt", "other.txt", "notes"]));
    await run.reopen();
    await run.jobs.create(newJob("01C", ["notes.txt"]));
    expect(await resultNames(run.jobs, "01A")).toEqual(["notes.json"]);
    expect(await resultNames(run.jobs, "01B")).toEqual([
      "notes-2.json",
      "NOTES-3.json",
      "other.json",
      "notes-4.json",
    ]);
    expect(await resultNames(run.jobs, "01C")).toEqual(["notes-5.json"]);
  });

  test("a number that is another file's name is passed over", async () => {
    await run.jobs.create(newJob("01A", ["a-2.txt", "a-3.txt", "a.txt"]));
    await run.jobs.create(newJob("01B", ["a.txt", "a.txt", "a-2.txt"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-4.json", "a-5.json", "a-2-2.json"]);
  });

  test("once a name has numbers, a later result has a greater one, also when the plain name is free", async () => {
    await run.jobs.create(newJob("01A", ["a"]));
    await run.jobs.create(newJob("01B", ["a"]));
    await run.jobs.apply("01A", [started, failed(0), ended]);
    await run.jobs.create(newJob("01C", ["a"]));
    expect(await resultNames(run.jobs, "01C")).toEqual(["a-3.json"]);
  });

  test("a result of 5,000 twins has a name of its own, found without trying theirs", async () => {
    await run.jobs.create(
      newJob(
        "01A",
        Array.from({ length: 5_000 }, () => "same.txt"),
      ),
    );
    await run.jobs.create(newJob("01B", ["same.txt"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["same-5001.json"]);
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
    expect(await resultNames(run.jobs, "01B")).toEqual(["a.json", "a-2.json"]);
    expect((await run.jobs.files("01A")).map(({ replacedBy }) => replacedBy)).toEqual(["01B", undefined]);
    await run.jobs.apply("01B", [started, done(0)]);
    expect(await run.jobs.owner("text", "a.json")).toMatchObject({ job: "01B", index: 0 });
    expect(await run.jobs.owner("text", "b.json")).toMatchObject({ job: "01A", index: 1 });
  });

  test("the name of a file that failed or was cancelled is free for the next one", async () => {
    await run.jobs.create(newJob("01A", ["a", "b", "c"]));
    await run.jobs.apply("01A", [started, done(0), failed(1), { type: "cancelled", at: 9 }]);
    await run.jobs.create(newJob("01B", ["a", "b", "c"]));
    expect(await resultNames(run.jobs, "01B")).toEqual(["a-2.json", "b.json", "c.json"]);
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
    expect(second.attachments).toEqual([{ name: "mean-2.csv", key: "k2", bytes: 7 }]);
    await run.reopen();
    const again = await run.jobs.apply("01B", [attach("k3")]);
    expect(again.attachments).toEqual([{ name: "mean-2.csv", key: "k3", bytes: 7 }]);
    expect(await run.jobs.get("01B")).toEqual(again);
    expect(await run.jobs.owner("text", "mean-2.csv")).toEqual({
      job: "01B",
      key: "k3",
      bytes: 7,
      number: 2,
    });
  });
}
