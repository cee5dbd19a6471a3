import { expect, test } from "vitest";
import { done, newJob, partStored, type RecordRun, started } from "./fixtures.contract.ts";
import type { PartRecord } from "./part.ts";

/** What the record tells the runs of jobs about parts. */
export function tellsOfParts(run: RecordRun): void {
  const watching = (onPart: (index: number) => void) => ({
    stored: ({ part }: PartRecord) => onPart(part.index),
    failed: () => undefined,
  });

  test("the watcher of a map is told of each of its parts with the work behind it, and of no others", async () => {
    await run.jobs.create(newJob("01A", ["x"]));
    await run.jobs.create(newJob("01B", ["y"]));
    const told: unknown[] = [];
    const work = { slave: "s", seconds: 2, attempts: 1 };
    const stop = run.jobs.watchParts("01A", "main", {
      stored: (record, of) => told.push([record, of]),
      failed: () => undefined,
    });
    const part = partStored(0, "d");
    await run.jobs.apply("01A", [started, { ...part, work }]);
    await run.jobs.apply("01A", [partStored(0, "d", "other")]);
    await run.jobs.apply("01B", [started, part]);
    stop();
    await run.jobs.apply("01A", [part]);
    expect(told).toEqual([[part.record, work]]);
  });

  test("the watcher hears that a part could not be recorded", async () => {
    await run.jobs.create(newJob("01A", ["x"]));
    const failures: unknown[] = [];
    run.jobs.watchParts("01A", "main", {
      stored: () => undefined,
      failed: (error) => failures.push(error),
    });
    await run.jobs.apply("01A", [partStored(0, "d")]).catch(() => undefined);
    expect(failures).toEqual([expect.objectContaining({ code: "bad_transition" })]);
  });

  test("what is applied in answer to a part is never on record without it", async () => {
    const count = 1_000;
    const names = Array.from({ length: count }, (_, index) => `${index}.txt`);
    await run.jobs.create(newJob("01A", names));
    await run.jobs.apply("01A", [started]);
    const answers: Promise<unknown>[] = [];
    run.jobs.watchParts(
      "01A",
      "main",
      watching((index) => answers.push(Promise.resolve().then(() => run.jobs.apply("01A", [done(index)])))),
    );
    const stored = names.map((_, index) => run.jobs.apply("01A", [partStored(index, `d${index}`)]));
    const seen: [parts: number, done: number][] = [];
    while ((seen.at(-1)?.[1] ?? 0) < count) {
      // The files first: parts that come between the two reads do not hide a file without its part.
      const files = (await run.jobs.files("01A")).filter(({ state }) => state === "done");
      const parts = new Set((await run.jobs.parts("01A", "main")).map(({ part }) => part.index));
      expect(files.filter(({ index }) => !parts.has(index))).toEqual([]);
      seen.push([parts.size, files.length]);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all([...stored, ...answers]);
  });
}
