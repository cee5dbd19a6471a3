import { expect, test } from "vitest";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { resultHead } from "../../shared/tasks/result.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { reuseKeys } from "../results/reuseKey.ts";
import { KnownResults } from "./knownResults.ts";

const TEXT = taskNamed("text");
const OPTIONS = TEXT.options.parse({});

const WORK = { attempts: 1, seconds: 1, slave: "s", startedAt: 1 };

/** A record with a result of the task text, and a job that has the same file `count` times. */
async function opened(count: number) {
  const { jobs, store, close } = await openRecordFolder();
  const { key, bytes, sha256 } = await store.put(Buffer.from("input"), { group: "01A" });
  const file = { index: 0, filename: "a.txt", key, bytes, sha256 };
  const fields = { id: "01A", task: "text", options: {}, priority: 1, seed: 1, createdAt: 1 };
  await jobs.create({ ...fields, files: [{ ...file, resultName: () => "a.json" }] });
  await jobs.apply("01A", [{ type: "started", at: 1 }]);
  const body = `${resultHead(TEXT, "a.txt")}"x":"${"x".repeat(100_000)}"}`;
  const result = await store.put(Buffer.from(body), { group: "01A" });
  const job = { id: "01B", task: TEXT, options: OPTIONS, client: undefined };
  const reuseKey = reuseKeys("all", job)?.(file);
  const done = { resultKey: result.key, resultBytes: result.bytes, resultSha256: result.sha256, reuseKey };
  await jobs.apply("01A", [{ type: "file_done", index: 0, at: 2, ...WORK, ...done }]);
  await jobs.apply("01A", [{ type: "ended", at: 3 }]);
  const files = Array.from({ length: count }, (_, index) => ({ ...file, index }));
  const known = (room: number) =>
    new KnownResults({ jobs, store, disk: { room: async () => room }, sight: "all" });
  const inStore = async () => {
    const keys: string[] = [];
    for await (const some of store.list("01B")) keys.push(...some);
    return keys.length;
  };
  return { job: { ...job, files }, bytes: result.bytes, known, inStore, close };
}

test("results are copied as far as there is room for them; the other files are work", async () => {
  const { job, bytes, known, inStore, close } = await opened(5);
  const files = await known(3 * bytes + 10).of(job);
  expect(files.filter(({ cached }) => cached !== undefined)).toHaveLength(3);
  const [first, twin] = files.filter(({ cached }) => cached === undefined);
  expect([first?.twinOf, twin?.twinOf]).toEqual([undefined, first?.index]);
  expect(files).toHaveLength(5);
  expect(await inStore()).toBe(3);
  await close();
});

test("nothing is copied for a client that has left", async () => {
  const { job, known, inStore, close } = await opened(2);
  expect(await known(1e9).of({ ...job, gone: AbortSignal.abort() })).toEqual(job.files);
  expect(await inStore()).toBe(0);
  await close();
});
