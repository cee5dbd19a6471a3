import { readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import { restoreRecentJobs } from "./restore.ts";
import type { ResultsFolder } from "./results.ts";
import type { ResultWriter } from "./resultWriter.ts";

const MINUTE = 60_000;

let close: () => Promise<void>;
let jobs: RecordOfJobs;
let store: ByteStore;
let results: ResultsFolder;
let writer: ResultWriter;

beforeEach(async () => {
  ({ jobs, store, results, writer, close } = await openRecordFolder());
});

afterEach(() => close());

test("a result of the last minute that is short, missing or all zeros is restored from the store", async () => {
  const places = await Promise.all(["01A", "01B", "01C"].map((id) => finishedJob(id, 10 * MINUTE)));
  const [short = "", gone = "", other = ""] = places;
  await truncate(short, 3);
  await rm(gone);
  await writeFile(other, "\0".repeat(15));
  for (const path of [short, other]) await utimes(path, 1, 1);
  expect(await restoreRecentJobs(jobs, writer)).toEqual({ jobs: 3, lost: [] });
  const texts = await Promise.all(places.map((path) => readFile(path, "utf8")));
  expect(texts).toEqual(["result of 01A\n\n", "result of 01B\n\n", "result of 01C\n\n"]);
});

test("a result of the last minute whose name another's file has gets the next name", async () => {
  const place = await finishedJob("01A", 10 * MINUTE);
  await writeFile(place, "another's file");
  expect(await restoreRecentJobs(jobs, writer)).toEqual({ jobs: 1, lost: [] });
  expect(await readFile(place, "utf8")).toBe("another's file");
  const [file] = await jobs.files("01A");
  expect(file?.resultName).toBe("01A-2.json");
  expect(await readFile(join(results.folder, "text", "01A-2.json"), "utf8")).toBe("result of 01A\n\n");
});

test("changes by people to older results are kept", async () => {
  const old = await finishedJob("01A", MINUTE);
  await finishedJob("01B", 10 * MINUTE);
  await rm(old);
  expect(await restoreRecentJobs(jobs, writer)).toEqual({ jobs: 1, lost: [] });
  await expect(readFile(old)).rejects.toThrow("ENOENT");
});

test("a job whose bytes are gone does not keep those of others from being restored", async () => {
  const places = await Promise.all(["01A", "01B"].map((id) => finishedJob(id, 10 * MINUTE)));
  for (const path of places) await rm(path);
  const [file] = await jobs.files("01B");
  await store.remove([file?.resultKey ?? ""]);
  expect(await restoreRecentJobs(jobs, writer)).toEqual({ jobs: 2, lost: ["01B"] });
  expect(await readFile(places[0] ?? "", "utf8")).toBe("result of 01A\n\n");
});

async function finishedJob(id: string, endedAt: number): Promise<string> {
  const file = { index: 0, filename: `${id}.txt`, key: "none", bytes: 1, sha256: "" };
  const input = { ...file, resultName: (stem: string) => `${stem}.json` };
  const base = { task: "text", options: {}, priority: 1, seed: 1, createdAt: 1 };
  await jobs.create({ id, ...base, files: [input] });
  const { key, bytes, sha256 } = await store.put(Buffer.from(`result of ${id}\n\n`), { group: id });
  const result = { resultKey: key, resultBytes: bytes, resultSha256: sha256, attempts: 1, seconds: 0 };
  await jobs.apply(id, [
    { type: "started", at: 1 },
    { type: "file_done", index: 0, at: endedAt, ...result },
    { type: "ended", at: endedAt },
  ]);
  const name = `${id}.json`;
  await results.place({ task: "text", name, key, bytes });
  return join(results.folder, "text", name);
}
