import { describe, expect, test } from "vitest";
import { done, ended, failed, newJob, type RecordRun, resultNames, started } from "./fixtures.contract.ts";
import type { RecordOfJobs } from "./port.ts";

/** Laws of names that results get after their jobs were created, and of names that later jobs take over. */
export function changesNames(run: RecordRun): void {
  describe("rename", () => {
    const taken = { job: "01A", task: "text", tries: 0 };

    test("gives a file the next number of its name, also after its job, and its old name is free", async () => {
      await run.jobs.create(newJob("01A", ["a", "a", "b"]));
      await run.jobs.apply("01A", [started, done(0), done(1), done(2), ended]);
      expect(await run.jobs.rename({ ...taken, index: 0, name: "a.json" })).toBe("a-3.json");
      expect(await run.jobs.rename({ ...taken, index: 0, name: "a-3.json" })).toBe("a-4.json");
      await run.reopen();
      expect(await resultNames(run.jobs, "01A")).toEqual(["a-4.json", "a-2.json", "b.json"]);
      expect(await run.jobs.owner("text", "a-4.json")).toMatchObject({ job: "01A", index: 0, number: 4 });
      expect(await run.jobs.owner("text", "a.json")).toBeUndefined();
      expect(await run.jobs.owner("text", "a-3.json")).toBeUndefined();
    });

    test("takes greater steps after some tries, so that a full folder is soon passed", async () => {
      await run.jobs.create(newJob("01A", ["a"]));
      let name: string | undefined = "a.json";
      for (let tries = 0; tries < 24; tries += 1)
        name = await run.jobs.rename({ ...taken, index: 0, name: name ?? "", tries });
      expect(Number(/a-(\d+)\.json/.exec(name ?? "")?.[1])).toBeGreaterThan(1_000_000);
    });

    test("gives an attachment the next number, which it keeps when it is attached again", async () => {
      const attached = { type: "attached", attachment: { name: "sum.csv", key: "k", bytes: 7 } } as const;
      await run.jobs.create(newJob("01A", ["a"]));
      await run.jobs.apply("01A", [started, attached]);
      expect(await run.jobs.rename({ ...taken, name: "sum.csv" })).toBe("sum-2.csv");
      expect((await run.jobs.get("01A"))?.attachments).toMatchObject([{ name: "sum-2.csv" }]);
      await run.reopen();
      const again = await run.jobs.apply("01A", [attached]);
      expect(again.attachments).toMatchObject([{ name: "sum-2.csv" }]);
    });

    test("of a name that is another result's gives none", async () => {
      await run.jobs.create(newJob("01A", ["a"]));
      await run.jobs.create(newJob("01B", ["b"]));
      expect(await run.jobs.rename({ ...taken, index: 0, name: "b.json" })).toBeUndefined();
      expect(await run.jobs.rename({ ...taken, index: 0, name: "none.json" })).toBeUndefined();
      expect(await resultNames(run.jobs, "01B")).toEqual(["b.json"]);
    });
  });

  describe("latest", () => {
    test("is the result with the greatest number that is there, by any name of the series", async () => {
      await run.jobs.create(newJob("01A", ["a", "A", "a"]));
      expect(await run.jobs.latest("text", "a.json")).toBeUndefined();
      await run.jobs.apply("01A", [started, done(0)]);
      expect(await run.jobs.latest("text", "a.json")).toMatchObject({ name: "a.json", index: 0 });
      await run.jobs.apply("01A", [done(1)]);
      expect(await run.jobs.latest("text", "a.json")).toMatchObject({
        name: "A-2.json",
        index: 1,
        key: "k1",
      });
      expect(await run.jobs.latest("text", "A-2.json")).toMatchObject({ name: "A-2.json" });
      expect(await run.jobs.latest("ocr", "a.json")).toBeUndefined();
    });

    test("is the plain name where a later job took it over", async () => {
      await run.jobs.create(newJob("01A", ["a", "a"]));
      await run.jobs.apply("01A", [started, done(0), done(1), ended]);
      await run.jobs.create(newJob("01B", ["a"]), { replaceNames: true });
      await run.jobs.apply("01B", [started, done(0)]);
      expect(await run.jobs.latest("text", "a.json")).toMatchObject({ name: "a.json", job: "01B" });
    });

    test("is found behind many results that are not there yet", async () => {
      const twins = Array.from({ length: 1_000 }, () => "a");
      await run.jobs.create(newJob("01A", twins));
      await run.jobs.apply("01A", [started, done(3)]);
      expect(await run.jobs.latest("text", "a.json")).toMatchObject({ name: "a-4.json", index: 3 });
    });
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
