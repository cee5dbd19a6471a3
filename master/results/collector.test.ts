import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import type { PartDone } from "../../shared/tasks/task.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { JobProgress } from "../map/progress.ts";
import type { CachedResult, FileRecord } from "../record/job.ts";
import type { CreateOptions } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import { DiskSpace } from "../upkeep/diskSpace.ts";
import { Collector } from "./collector.ts";
import { restoreResults } from "./restore.ts";
import type { ResultsFolder } from "./results.ts";
import { type ResultWriter, replacingWriter } from "./resultWriter.ts";
import type { ReuseKeyOf } from "./reuseKey.ts";

const FAILED = { ok: false, code: "corrupt_text", error: "The text is corrupt." } as const;

let isFull = false;
let jobs: RecordOfJobs;
let store: ByteStore;
let results: ResultsFolder;
let writer: ResultWriter;
let close: () => Promise<void>;
let news: FileRecord[];

beforeEach(async () => {
  isFull = false;
  news = [];
  const disk = new DiskSpace({ folders: [], minFreeBytes: 0, logger: createLogger("test", "silent") });
  const retryWhileFull = <T>(work: () => Promise<T>) =>
    disk.retryWhileFull(async () => {
      if (isFull) throw Object.assign(new Error("write"), { code: "ENOSPC" });
      return await work();
    }, new AbortController().signal);
  ({ jobs, store, results, writer, close } = await openRecordFolder({ retryWhileFull }));
});
afterEach(() => close());

describe("a part", () => {
  test("becomes a result: in the record, in the folder, then as news", async () => {
    const collector = await collectorOf("01A", ["a.txt"]);
    const part = await partOf("a", { summary: "one a", info: { letters: 1 } });
    await collector.publish(0, part);
    await collector.flush();
    const [file] = await jobs.files("01A");
    expect(file).toMatchObject({
      state: "done",
      resultName: "a.json",
      resultKey: part.file.key,
      resultSha256: part.file.sha256,
      summary: "one a",
      info: { letters: 1 },
      attempts: 1,
    });
    expect(await textOf("a.json")).toBe("a");
    expect(news).toEqual([file]);
    expect(await jobs.get("01A")).toMatchObject({ done: 1, failed: 0 });
  });

  test("with an error fails its file, which leaves no result and frees its name", async () => {
    const collector = await collectorOf("01A", ["a.txt"]);
    await collector.publish(0, FAILED);
    await collector.flush();
    const [file] = await jobs.files("01A");
    expect(file).toMatchObject({ state: "failed", code: "corrupt_text", error: "The text is corrupt." });
    expect(news).toMatchObject([{ state: "failed", code: "corrupt_text" }]);
    expect(await readdir(results.folder).catch(() => [])).toEqual([]);
    await jobs.apply("01A", [{ type: "ended", at: 2 }]);
    await collectorOf("01B", ["a.txt"]);
    expect(await namesOf("01B")).toEqual(["a.json"]);
  });

  test("whose file name is too long gets a name that is cut and ends in the suffix of its task", async () => {
    const collector = await collectorOf("01A", [`${"ä".repeat(300)}.txt`]);
    await collector.publish(0, await partOf("a"));
    await collector.flush();
    const [name = ""] = await namesOf("01A");
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^ä+.*\.json$/);
    expect(await textOf(name)).toBe("a");
  });

  test("never overwrites a foreign file that has its name", async () => {
    await mkdir(join(results.folder, "text"), { recursive: true });
    await writeFile(join(results.folder, "text", "a.json"), "mine");
    const collector = await collectorOf("01A", ["a.txt"]);
    await collector.publish(0, await partOf("a"));
    await collector.flush();
    expect(await namesOf("01A")).toEqual(["a-2.json"]);
    expect(news).toMatchObject([{ state: "done", resultName: "a-2.json" }]);
    expect(await textOf("a.json")).toBe("mine");
    expect(await textOf("a-2.json")).toBe("a");
  });

  test("replaces the file of its name when its job takes names over", async () => {
    writer = replacingWriter(jobs, results);
    const first = await collectorOf("01A", ["a.txt"], { replaceNames: true });
    await first.publish(0, await partOf("first"));
    await first.flush();
    const second = await collectorOf("01B", ["a.txt"], { replaceNames: true });
    await second.publish(0, await partOf("second"));
    await second.flush();
    expect(await textOf("a.json")).toBe("second");
    const files = await jobs.files("01A");
    expect(files).toMatchObject([{ state: "done", replacedBy: "01B" }]);
    await restoreResults(writer, { id: "01A", task: "text", files });
    expect(await textOf("a.json")).toBe("second");
  });

  test("waits for space on a full disk; its file is told of only when its result is there", async () => {
    const collector = await collectorOf("01A", ["a.txt", "b.txt"]);
    isFull = true;
    await collector.publish(0, await partOf("a"));
    await collector.publish(1, FAILED);
    await expect.poll(async () => (await jobs.get("01A"))?.failed).toBe(1);
    expect(news).toEqual([]);
    isFull = false;
    await collector.flush();
    expect(await textOf("a.json")).toBe("a");
    expect(news.map(({ index }) => index)).toEqual([0, 1]);
  });

  test("that cannot be written fails the flush; the record has it, and no news of it goes out", async () => {
    const collector = await collectorOf("01A", ["a.txt", "b.txt"]);
    await mkdir(results.folder, { recursive: true });
    await writeFile(join(results.folder, "text"), "in the way of the folder");
    await collector.publish(0, await partOf("a"));
    await expect(collector.flush()).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(await jobs.files("01A")).toMatchObject([{ state: "done" }, { state: "queued" }]);
    expect(news).toEqual([]);
    // The next start restores it.
    await rm(join(results.folder, "text"));
    await restoreResults(writer, { id: "01A", task: "text", files: await jobs.files("01A") });
    expect(await textOf("a.json")).toBe("a");
  });

  test("of a file that the job does not have, or a second part of a file, is a fault of the task", async () => {
    const collector = await collectorOf("01A", ["a.txt"]);
    await expect(collector.publish(7, FAILED)).rejects.toMatchObject({ code: "no_such_input" });
    await collector.publish(0, FAILED);
    await expect(collector.publish(0, FAILED)).rejects.toMatchObject({ code: "published_twice" });
    await collector.flush();
    expect(news).toHaveLength(1);
  });
});

describe("a result that may serve other files", () => {
  const reuseKeyOf = ({ filename }: { readonly filename: string }) => `key of ${filename}`;

  test("has its key on record; one of a classic slave has none", async () => {
    const { files } = await created("01A", ["a.txt", "b.txt"]);
    const collector = collectorFor("01A", files, reuseKeyOf);
    await collector.publish(0, await partOf("a"));
    await collector.publish(1, { ...(await partOf("b")), isClassic: true });
    await collector.flush();
    const ended = await jobs.files("01A");
    expect(ended.map(({ state, reuseKey }) => [state, reuseKey])).toEqual([
      ["done", "key of a.txt"],
      ["done", undefined],
    ]);
  });

  test("and may get better another time has no key", async () => {
    const names = ["a.txt", "b.txt", "c.txt"];
    const { files } = await created("01A", names);
    const collector = collectorFor("01A", files, reuseKeyOf);
    for (const [index, code] of ["pages_not_read", "not_decoded", "text_kept"].entries())
      await collector.publish(index, { ...(await partOf("a")), warnings: [{ code, message: "m" }] });
    await collector.flush();
    const keys = (await jobs.files("01A")).map(({ reuseKey }) => reuseKey);
    expect(keys).toEqual([undefined, undefined, "key of c.txt"]);
  });

  test("was on record: it is published once, without work, also by the next run", async () => {
    const { file } = await partOf("known");
    const { key, bytes, sha256 } = file;
    const cached = { job: "00Z", seconds: 3, key, bytes, sha256, summary: "s" };
    const { files } = await created("01A", ["a.txt"], { cached });
    const { signal } = new AbortController();
    for (const before of [files, undefined]) {
      const collector = collectorFor("01A", before ?? (await jobs.files("01A")), reuseKeyOf);
      await collector.publishCached(signal);
      await collector.flush();
    }
    const [ended] = await jobs.files("01A");
    expect(ended).toMatchObject({
      state: "done",
      cached,
      attempts: 0,
      seconds: 0,
      summary: "s",
      endOrder: 1,
    });
    expect(news).toEqual([ended]);
    expect(await textOf("a.json")).toBe("known");
    expect((await jobs.get("01A"))?.work).toMatchObject({ files: 1, cached: 1, savedSeconds: 3, seconds: 0 });
  });
});

describe("parts", () => {
  test("are told of in the order in which the record ended their files, large and small", async () => {
    const count = 100;
    const names = Array.from({ length: count }, (_, index) => `${index}.txt`);
    const collector = await collectorOf("01A", names);
    for (let index = count - 1; index >= 0; index -= 1) {
      const text = index % 3 === 0 ? "x".repeat(100_000) : String(index);
      await collector.publish(index, index % 7 === 0 ? FAILED : await partOf(text));
    }
    await collector.flush();
    expect(news).toHaveLength(count);
    expect((await jobs.files("01A")).toSorted((a, b) => endOrderOf(a) - endOrderOf(b))).toEqual(news);
    expect(news.map(endOrderOf)).toEqual(names.map((_, index) => index + 1));
  });

  test("that were never published are named", async () => {
    const collector = await collectorOf("01A", ["a.txt", "b.txt"]);
    await collector.publish(1, FAILED);
    expect(collector.unpublished().map(({ filename }) => filename)).toEqual(["a.txt"]);
    await collector.flush();
  });

  test("of a run before a restart are neither recorded nor told again, and the rest goes on", async () => {
    const before = await collectorOf("01A", ["a.txt", "b.txt"]);
    const part = await partOf("a");
    await before.publish(0, part);
    await before.flush();
    await rm(join(results.folder, "text", "a.json"));
    news = [];
    const files = await jobs.files("01A");
    const after = collectorFor("01A", files);
    await restoreResults(writer, { id: "01A", task: "text", files });
    await after.publish(0, part);
    await after.publish(1, await partOf("b"));
    await after.flush();
    expect([await textOf("a.json"), await textOf("b.json")]).toEqual(["a", "b"]);
    expect(news.map(({ filename }) => filename)).toEqual(["b.txt"]);
    expect(endOrderOf(news[0])).toBe(2);
    expect(after.unpublished()).toEqual([]);
  });
});

describe("an attachment", () => {
  test("stands beside the results of its job, and belongs to it", async () => {
    const collector = await collectorOf("01A", ["a.txt"]);
    const { file } = await partOf("all");
    await collector.attach("all.json", file);
    expect(await textOf("all.json")).toBe("all");
    expect(await jobs.owner("text", "all.json")).toMatchObject({ job: "01A", key: file.key });
  });

  test("gets another name when its own belongs to another job or file", async () => {
    const first = await collectorOf("01A", ["a.txt"]);
    await first.attach("all.json", (await partOf("first")).file);
    await writeFile(join(results.folder, "text", "more.json"), "mine");
    const second = await collectorOf("01B", ["b.txt"]);
    await second.attach("all.json", (await partOf("second")).file);
    await second.attach("more.json", (await partOf("more")).file);
    expect((await jobs.get("01B"))?.attachments.map(({ name }) => name)).toEqual([
      "all-2.json",
      "more-2.json",
    ]);
    expect(await textOf("all.json")).toBe("first");
    expect(await textOf("all-2.json")).toBe("second");
    expect(await textOf("more.json")).toBe("mine");
  });

  test("of a replayed run gets the name that it had", async () => {
    const collector = await collectorOf("01A", ["a.txt"]);
    const { file } = await partOf("all");
    await collector.attach("all.json", file);
    await collectorFor("01A", await jobs.files("01A")).attach("all.json", file);
    expect((await jobs.get("01A"))?.attachments).toHaveLength(1);
    expect(await readdir(join(results.folder, "text"))).toEqual(["all.json"]);
  });
});

/** Begins a job over files of these names. */
async function collectorOf(
  id: string,
  names: readonly string[],
  options?: CreateOptions,
): Promise<Collector> {
  const { files } = await created(id, names, { options });
  return collectorFor(id, files);
}

interface CreatedWith {
  readonly options?: CreateOptions | undefined;
  readonly cached?: CachedResult;
}

async function created(id: string, names: readonly string[], { options = {}, cached }: CreatedWith = {}) {
  const files = names.map((filename, index) => ({
    index,
    key: `input-${index}`,
    filename,
    bytes: 1,
    sha256: "0",
    cached,
    resultName: (stem: string) => `${stem}.json`,
  }));
  const fields = { id, task: "text", options: {}, priority: 1, seed: 1, createdAt: 1 };
  const job = await jobs.create({ ...fields, files }, options);
  await jobs.apply(id, [{ type: "started", at: 1 }]);
  return job;
}

function collectorFor(id: string, files: readonly FileRecord[], reuseKeyOf?: ReuseKeyOf): Collector {
  const progress = new JobProgress(() => undefined);
  const onFileEnded = (file: FileRecord) => void news.push(file);
  return new Collector(
    { jobs, results: writer },
    { record: { id, task: "text" }, files, progress, onFileEnded, reuseKeyOf },
  );
}

async function partOf(
  text: string,
  told: Pick<PartDone, "summary" | "info"> = {},
): Promise<Omit<PartDone, "index">> {
  const file = await store.put(Buffer.from(text), { group: "job" });
  return { ok: true, file: { filename: "part", ...file }, ...told };
}

async function namesOf(job: string): Promise<string[]> {
  return (await jobs.files(job)).map(({ resultName }) => resultName);
}

function endOrderOf(file: FileRecord | undefined): number {
  return file?.endOrder ?? Number.NaN;
}

function textOf(name: string): Promise<string> {
  return readFile(join(results.folder, "text", name), "utf8");
}
