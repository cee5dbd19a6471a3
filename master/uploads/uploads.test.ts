import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { newJobId } from "../record/jobId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import { openFolderStore } from "../store/folder/folderStore.ts";
import { openMemoryStore } from "../store/memory/memoryStore.ts";
import type { ByteStore } from "../store/port.ts";
import type { UploadBytes } from "./bytes.ts";
import { UploadExpiry } from "./expiry.ts";
import { growingFiles } from "./growingFiles.ts";
import { JobUploads } from "./jobUploads.ts";
import { piecesIn } from "./pieces.ts";
import { Uploads } from "./uploads.ts";

let folder: string;
let jobs: RecordOfJobs;
let store: ByteStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-uploads-"));
  jobs = await openSqliteRecord({ file: join(folder, "jobs.sqlite") });
});
afterEach(async () => {
  await jobs.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const KINDS = [
  ["files that grow", openFiles],
  ["pieces in a store", openPieces],
] as const;

async function openFiles(): Promise<UploadBytes> {
  const opened = await openFolderStore({ folder: join(folder, "spool") });
  store = opened;
  return await growingFiles(join(folder, "uploads"), opened);
}

async function openPieces(): Promise<UploadBytes> {
  store = openMemoryStore();
  return piecesIn(store);
}

const WANTED = { client: undefined, metadata: "" };
const body = (bytes: Uint8Array) => ({ body: Readable.from([bytes]), checksum: undefined });

/** A body that breaks off behind its bytes. */
function broken(bytes: Uint8Array) {
  async function* chunks() {
    yield bytes;
    throw new Error("the connection broke");
  }
  return { body: Readable.from(chunks()), checksum: undefined };
}

describe.each(KINDS)("uploads as %s", (_, open) => {
  test("what a broken request brought is kept, and another process goes on with it", async () => {
    const bytes = await open();
    const content = randomBytes(300_000);
    const first = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const upload = await first.create({ ...WANTED, length: content.length });
    await expect(first.append(upload, broken(content.subarray(0, 200_000)))).rejects.toThrow("broke");
    const second = new Uploads({ jobs, bytes: await reopened(open), keepSeconds: 60 });
    const found = await second.get(upload.id);
    expect(found?.received).toBe(200_000);
    if (found === undefined) throw new Error("the upload is there");
    const whole = await second.append(found, body(content.subarray(200_000)));
    const job = newJobId();
    const taken = new JobUploads({ jobs, bytes, underWay: new Set() }, job);
    const [input] = await taken.take([whole]);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(input).toMatchObject({ bytes: content.length, sha256 });
    await taken.during(async () => undefined);
    await taken.finish();
    expect((await store.read(input?.key ?? "")).equals(content)).toBe(true);
    expect(await bytes.has(whole)).toBe(false);
    expect((await jobs.uploads.get(upload.id))?.job).toBe(job);
  });

  /** A file's bytes outlive a process; the memory of a store is that of this test. */
  async function reopened(again: typeof open): Promise<UploadBytes> {
    return again === openFiles ? await again() : piecesIn(store);
  }

  test("a job that is not recorded gives its uploads back", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const upload = await uploads.create({ ...WANTED, length: 3 });
    const whole = await uploads.append(upload, body(Buffer.from("abc")));
    const deps = { jobs, bytes, underWay: new Set<string>() };
    const failing = new JobUploads(deps, newJobId());
    await failing.take([whole]);
    const full = async () => {
      // Another request meanwhile finds it used.
      const second = new JobUploads(deps, newJobId());
      const now = await jobs.uploads.get(whole.id);
      await second.take(now === undefined ? [] : [now]);
      await expect(second.during(async () => undefined)).rejects.toMatchObject({ code: "upload_used" });
      throw new Error("the queue is full");
    };
    await expect(failing.during(full)).rejects.toThrow("the queue is full");
    await store.remove(failing.keys);
    expect(await jobs.uploads.get(whole.id)).toMatchObject({ job: undefined });
    const next = new JobUploads(deps, newJobId());
    await next.take([whole]);
    await next.during(async () => undefined);
  });

  test("an upload of a job that a kill kept from being recorded is another job's", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const upload = await uploads.create({ ...WANTED, length: 3 });
    const whole = await uploads.append(upload, body(Buffer.from("abc")));
    await jobs.uploads.use(whole.id, { job: newJobId(), before: undefined, sha256: undefined });
    const claimed = await jobs.uploads.get(whole.id);
    const next = new JobUploads({ jobs, bytes, underWay: new Set() }, newJobId());
    const [input] = await next.take(claimed === undefined ? [] : [claimed]);
    await next.during(async () => undefined);
    expect((await store.read(input?.key ?? "")).toString()).toBe("abc");
  });

  test("expired uploads go with their bytes, busy ones stay", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const made = await uploads.create({ ...WANTED, length: 5 });
    const upload = await uploads.append(made, body(Buffer.from("abc")));
    let isBusy = true;
    const expiry = new UploadExpiry({
      records: jobs.uploads,
      uploads: { remove: (one) => uploads.remove(one), isBusy: () => isBusy },
      bytes,
      logger: createLogger("test", "silent"),
    });
    expect(await expiry.sweep(Date.now())).toBe(0);
    expect(await expiry.sweep(Date.now() + 61_000)).toBe(0);
    isBusy = false;
    expect(await expiry.sweep(Date.now() + 61_000)).toBe(1);
    expect(await bytes.has(upload)).toBe(false);
    expect(await jobs.uploads.get(upload.id)).toBeUndefined();
  });
});

test("of two masters that grow an upload from the same place one succeeds", async () => {
  const bytes = await openPieces();
  const [one, two] = [1, 2].map(() => new Uploads({ jobs, bytes, keepSeconds: 60 }));
  const upload = await one?.create({ ...WANTED, length: 10 });
  if (one === undefined || two === undefined || upload === undefined) throw new Error("there are two");
  const sent = [one.append(upload, body(Buffer.from("abc"))), two.append(upload, body(Buffer.from("xy")))];
  const outcomes = await Promise.allSettled(sent);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  expect(refused?.reason).toMatchObject({ code: "wrong_offset", status: 409 });
});

test("a body that fails before its first byte leaves the upload as it is", async () => {
  const bytes = await openPieces();
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const upload = await uploads.create({ ...WANTED, length: 5 });
  await expect(uploads.append(upload, broken(new Uint8Array()))).rejects.toThrow("broke");
  expect(await uploads.get(upload.id)).toMatchObject({ received: 0, pieces: [] });
});

test("files that a kill left behind the record's bytes are written over, and unknown ones are removed", async () => {
  const bytes = await openFiles();
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const upload = await uploads.create({ ...WANTED, length: 6 });
  await writeFile(join(folder, "uploads", upload.id), "stale");
  await writeFile(join(folder, "uploads", "unknown"), "stale");
  const whole = await uploads.append(upload, body(Buffer.from("abcdef")));
  await bytes.sweep(async (id) => (await jobs.uploads.get(id)) !== undefined);
  expect(await readdir(join(folder, "uploads"))).toEqual([upload.id]);
  const { key } = await bytes.toObject(whole, "job-1");
  expect((await store.read(key)).toString()).toBe("abcdef");
});

test("more uploads than the record shall hold are refused", async () => {
  const bytes = await openPieces();
  const many = { ...jobs.uploads, open: async () => ({ uploads: 10_000, bytes: 0 }) };
  const uploads = new Uploads({
    jobs: { uploads: many, sync: () => jobs.sync() },
    bytes,
    keepSeconds: 60,
  });
  await expect(uploads.create({ ...WANTED, length: 5 })).rejects.toMatchObject({
    code: "too_many_uploads",
    status: 429,
  });
});
