import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, open as openFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { newJobId } from "../record/jobId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import type { UploadRecord } from "../record/uploads.ts";
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

const depsWith = (bytes: UploadBytes) => ({
  jobs,
  bytes,
  store,
  keepSeconds: 60,
  underWay: new Set<string>(),
});

/** The content of a whole upload, as a job has it. */
async function contentOf(bytes: UploadBytes, whole: UploadRecord): Promise<Buffer> {
  const [input] = await new JobUploads(depsWith(bytes), newJobId()).take([whole]);
  const content = await store.read(input?.key ?? "");
  expect(input?.sha256).toBe(createHash("sha256").update(content).digest("hex"));
  return content;
}

const TAKEN = { before: undefined, sha256: undefined, expiresAt: Date.now() + 3_600_000 };
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

/** A body whose connection is lost without a word: nothing comes behind its bytes. `isRead` resolves when they are read. */
function silent(bytes: Uint8Array) {
  const chunks = [bytes];
  const lost = new Readable({
    read() {
      const next = chunks.shift();
      if (next === undefined) this.emit("silent");
      else this.push(next);
    },
  });
  return { body: lost, checksum: undefined, isRead: once(lost, "silent") };
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
    const taken = new JobUploads(depsWith(bytes), job);
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
    const deps = depsWith(bytes);
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
    await jobs.uploads.use(whole.id, { ...TAKEN, job: newJobId() });
    const claimed = await jobs.uploads.get(whole.id);
    const next = new JobUploads(depsWith(bytes), newJobId());
    const [input] = await next.take(claimed === undefined ? [] : [claimed]);
    await next.during(async () => undefined);
    expect((await store.read(input?.key ?? "")).toString()).toBe("abc");
  });

  test("a request that goes on ends one whose connection is silent, and what that one brought is stored", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const content = randomBytes(100_000);
    const upload = await uploads.create({ ...WANTED, length: content.length });
    const lost = silent(content.subarray(0, 60_000));
    const cut = uploads.append(upload, lost).catch((error: unknown) => error);
    await lost.isRead;
    const now = await uploads.takeOver(upload.id);
    expect(now?.received).toBe(60_000);
    expect(await cut).toMatchObject({ code: "upload_busy", status: 423, retryAfter: 1 });
    if (now === undefined) throw new Error("the upload is there");
    const whole = await uploads.append(now, body(content.subarray(60_000)));
    expect((await contentOf(bytes, whole)).equals(content)).toBe(true);
  });

  test("bytes with a checksum that did not all come are not kept when another request goes on", async () => {
    const uploads = new Uploads({ jobs, bytes: await open(), keepSeconds: 60 });
    const upload = await uploads.create({ ...WANTED, length: 9 });
    const lost = silent(Buffer.from("abc"));
    const checksum = { algorithm: "sha1", digest: Buffer.alloc(20) } as const;
    const cut = uploads.append(upload, { ...lost, checksum }).catch((error: unknown) => error);
    await lost.isRead;
    expect(await uploads.takeOver(upload.id)).toMatchObject({ received: 0 });
    expect(await cut).toMatchObject({ code: "upload_busy" });
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

describe.each(KINDS)("faults of uploads as %s", (kind, open) => {
  test("bytes whose record failed once are not taken for stored, and the file becomes whole", async () => {
    const bytes = await open();
    const extend = vi.fn(jobs.uploads.extend).mockRejectedValueOnce(new Error("the database is away"));
    const uploads = new Uploads({
      jobs: { uploads: { ...jobs.uploads, extend }, sync: () => jobs.sync() },
      bytes,
      keepSeconds: 60,
    });
    const content = Buffer.alloc(64 * 2 ** 20 + 9, "abcdefg");
    const upload = await uploads.create({ ...WANTED, length: content.length });
    await expect(uploads.append(upload, body(content))).rejects.toThrow("the database is away");
    expect(extend).toHaveBeenCalledTimes(1);
    const now = await uploads.get(upload.id);
    expect(now).toMatchObject({ received: 0, pieces: [] });
    const whole = await uploads.append(upload, body(content));
    expect((await contentOf(bytes, whole)).equals(content)).toBe(true);
  });

  test("an upload whose bytes are gone or cut is refused as damaged, and leaves no object", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const content = randomBytes(200_000);
    for (const loss of [cutOff, lose]) {
      const upload = await uploads.create({ ...WANTED, length: content.length });
      const part = await uploads.append(upload, body(content.subarray(0, 100_000)));
      const whole = await uploads.append(part, body(content.subarray(100_000)));
      const damaged = await loss(kind, whole);
      const ofJob = new JobUploads(depsWith(bytes), newJobId());
      await expect(ofJob.take([damaged])).rejects.toMatchObject({ code: "upload_damaged", status: 410 });
      const groups: string[] = [];
      for await (const group of store.groups()) groups.push(group);
      expect(groups.filter((group) => !group.startsWith("upload-"))).toEqual([]);
    }
  });

  test("an upload whose first bytes are gone does not go on with a hole", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const upload = await uploads.create({ ...WANTED, length: 9 });
    const part = await uploads.append(upload, body(Buffer.from("abc")));
    await lose(kind, part);
    await jobs.uploads.extend(part.id, { ...part, from: 3, pieces: [] });
    const more = uploads.append(part, body(Buffer.from("defghi")));
    await expect(more).rejects.toMatchObject({ code: "upload_damaged", status: 410 });
    expect(await uploads.get(part.id)).toMatchObject({ received: 3 });
  });

  test("a request that knows an older state of the upload is refused with the one of now", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const old = await uploads.create({ ...WANTED, length: 3 });
    const whole = await uploads.append(old, body(Buffer.from("abc")));
    const late = () => uploads.append(old, body(Buffer.from("xyz")));
    await expect(late()).rejects.toMatchObject({ code: "wrong_offset", details: { offset: 3 } });
    await jobs.uploads.use(whole.id, { ...TAKEN, job: newJobId() });
    await expect(late()).rejects.toMatchObject({ code: "upload_used", status: 410 });
    await uploads.remove(whole);
    await expect(late()).rejects.toMatchObject({ code: "no_such_upload", status: 404 });
    expect(await bytes.has(whole)).toBe(false);
  });

  test("an upload gets no bytes while it is removed, and none are left of one that goes meanwhile", async () => {
    const bytes = await open();
    const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
    const upload = await uploads.create({ ...WANTED, length: 6 });
    const part = await uploads.append(upload, body(Buffer.from("abc")));
    const removal = uploads.remove(part);
    await expect(uploads.append(part, body(Buffer.from("def")))).rejects.toMatchObject({
      code: "upload_busy",
    });
    await removal;
    const next = await uploads.create({ ...WANTED, length: 6 });
    async function* whileRemoved() {
      yield Buffer.from("abc");
      await new Uploads({ jobs, bytes, keepSeconds: 60 }).remove(next);
      yield Buffer.from("def");
    }
    const growing = uploads.append(next, { body: Readable.from(whileRemoved()), checksum: undefined });
    await expect(growing).rejects.toMatchObject({ code: "wrong_offset" });
    expect(await bytesLeft(kind)).toEqual([]);
  });
});

/** Takes the last bytes of an upload away; the record knows nothing of it. */
async function cutOff(kind: string, upload: UploadRecord): Promise<UploadRecord> {
  if (kind === "pieces in a store") return { ...upload, pieces: upload.pieces.slice(0, 1) };
  await truncate(join(folder, "uploads", upload.id), 150_000);
  return upload;
}

async function lose(kind: string, upload: UploadRecord): Promise<UploadRecord> {
  if (kind === "pieces in a store") await store.remove(upload.pieces);
  else await rm(join(folder, "uploads", upload.id));
  return upload;
}

/** Files or groups of objects that hold bytes of uploads. */
async function bytesLeft(kind: string): Promise<readonly string[]> {
  if (kind === "files that grow") return await readdir(join(folder, "uploads"));
  const groups: string[] = [];
  for await (const group of store.groups()) groups.push(group);
  return groups;
}

test.each(["write", "datasync"] as const)("a failed %s is told, and no byte of it counts", async (call) => {
  const bytes = await openFiles();
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const content = randomBytes(65 * 2 ** 20);
  const upload = await uploads.create({ ...WANTED, length: content.length });
  const handle = await openFile(join(folder, "probe"), "w");
  const failing = vi
    .spyOn(Object.getPrototypeOf(handle), call)
    .mockRejectedValueOnce(Object.assign(new Error("no room"), { code: "ENOSPC" }));
  const half = 600_000;
  const chunks = [content.subarray(0, half), content.subarray(half, 2 * half), content.subarray(2 * half)];
  try {
    await expect(
      uploads.append(upload, { body: Readable.from(chunks), checksum: undefined }),
    ).rejects.toMatchObject({ code: "no_space" });
  } finally {
    failing.mockRestore();
    await handle.close();
  }
  expect(await uploads.get(upload.id)).toMatchObject({ received: 0 });
  const whole = await uploads.append(upload, body(content));
  expect((await contentOf(bytes, whole)).equals(content)).toBe(true);
});

test("a digest of bytes that were never recorded is not taken for that of others", async () => {
  const bytes = await openFiles();
  const extend = vi.fn(jobs.uploads.extend).mockRejectedValueOnce(new Error("the database is away"));
  const withFaults = { uploads: { ...jobs.uploads, extend }, sync: () => jobs.sync() };
  const uploads = new Uploads({ jobs: withFaults, bytes, keepSeconds: 60 });
  const [a, b, c] = [randomBytes(100_000), randomBytes(100_000), randomBytes(100_000)];
  const upload = await uploads.create({ ...WANTED, length: 300_000 });
  const part = await new Uploads({ jobs, bytes, keepSeconds: 60 }).append(upload, body(a));
  await expect(uploads.append(part, body(randomBytes(100_000)))).rejects.toThrow("the database is away");
  const more = await uploads.append(part, body(b));
  const whole = await uploads.append(more, body(c));
  expect((await contentOf(bytes, whole)).equals(Buffer.concat([a, b, c]))).toBe(true);
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

test("a body that is ended before it is read is told of, and the upload stays as it is", async () => {
  const uploads = new Uploads({ jobs, bytes: await openFiles(), keepSeconds: 60 });
  const upload = await uploads.create({ ...WANTED, length: 9 });
  const lost = new Readable({ read: () => undefined });
  const cut = uploads.append(upload, { body: lost, checksum: undefined }).catch((error: unknown) => error);
  expect(await uploads.takeOver(upload.id)).toMatchObject({ received: 0 });
  expect(await cut).toMatchObject({ code: "upload_busy" });
});

test("a request at another master is told to end, and what it brought counts there", async () => {
  const bytes = await openPieces();
  const busy = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const told: string[] = [];
  const masters = { ask: async ({ id }: { readonly id: string }) => void told.push(id) };
  const other = new Uploads({
    jobs: { uploads: jobs.uploads, masters, sync: () => jobs.sync() },
    bytes,
    keepSeconds: 60,
  });
  const upload = await busy.create({ ...WANTED, length: 9 });
  const lost = silent(Buffer.from("abc"));
  const cut = busy.append(upload, lost).catch((error: unknown) => error);
  await lost.isRead;
  await other.takeOver(upload.id);
  expect(told).toEqual([upload.id]);
  await busy.release(upload.id);
  expect(await cut).toMatchObject({ code: "upload_busy" });
  expect(await other.takeOver(upload.id)).toMatchObject({ received: 3 });
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

test.each([
  ["all have too many", undefined, { uploads: 10_000, own: 0 }, "There are 10000 uploads"],
  ["a client has too many", "ann", { uploads: 2_500, own: 2_500 }, "You have 2500 uploads"],
])("a new upload is refused while %s", async (_, client, counts, sentence) => {
  const bytes = await openPieces();
  const many = { ...jobs.uploads, open: async () => ({ bytes: 0, ...counts }) };
  const uploads = new Uploads({ jobs: { uploads: many, sync: () => jobs.sync() }, bytes, keepSeconds: 60 });
  await expect(uploads.create({ ...WANTED, client, length: 5 })).rejects.toMatchObject({
    code: "too_many_uploads",
    status: 429,
    message: expect.stringContaining(sentence),
  });
});

test("a client that has many uploads does not keep others from theirs", async () => {
  const bytes = await openPieces();
  const many = { ...jobs.uploads, open: async () => ({ bytes: 0, uploads: 9_999, own: 2_499 }) };
  const uploads = new Uploads({ jobs: { uploads: many, sync: () => jobs.sync() }, bytes, keepSeconds: 60 });
  for (const client of ["ann", undefined])
    expect(await uploads.create({ ...WANTED, client, length: 5 })).toMatchObject({ client, received: 0 });
});

test("an upload in too many pieces is refused before its bytes, and stays as it is", async () => {
  const bytes = await openPieces();
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const upload = await uploads.create({ ...WANTED, length: 20_000 });
  const pieces = Array.from({ length: 10_001 }, (_, n) => `p${n}`);
  const growth = { received: 10_001, sha256: undefined, expiresAt: upload.expiresAt };
  await jobs.uploads.extend(upload.id, { ...growth, from: 0, pieces });
  const now = { ...upload, received: 10_001 };
  await expect(uploads.append(now, body(Buffer.from("x")))).rejects.toMatchObject({
    code: "too_many_pieces",
    status: 400,
  });
  expect(await uploads.get(upload.id)).toMatchObject({ received: 10_001 });
});

test("bytes that come are kept by a master that stops, and later ones are refused", async () => {
  const bytes = await openFiles();
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 60 });
  const upload = await uploads.create({ ...WANTED, length: 9 });
  const lost = silent(Buffer.from("abc"));
  const cut = uploads.append(upload, lost).catch((error: unknown) => error);
  await lost.isRead;
  await uploads.stop();
  expect(await cut).toMatchObject({ code: "stopping", status: 503 });
  const now = await jobs.uploads.get(upload.id);
  expect(now).toMatchObject({ received: 3 });
  if (now === undefined) throw new Error("the upload is there");
  await expect(uploads.append(now, body(Buffer.from("def")))).rejects.toMatchObject({ code: "stopping" });
});

test("an upload lives on from each use: from the begin of a request, and from the job that takes it", async () => {
  const bytes = await openFiles();
  const upload = await new Uploads({ jobs, bytes, keepSeconds: 60 }).create({ ...WANTED, length: 3 });
  const uploads = new Uploads({ jobs, bytes, keepSeconds: 600 });
  const coming = silent(Buffer.from("abc"));
  const cut = uploads.append(upload, coming).catch(() => undefined);
  await coming.isRead;
  const began = (await jobs.uploads.get(upload.id))?.expiresAt ?? 0;
  expect(began - upload.expiresAt).toBeGreaterThan(500_000);
  const whole = await uploads.takeOver(upload.id);
  await cut;
  const ofJob = new JobUploads({ ...depsWith(bytes), keepSeconds: 6_000 }, newJobId());
  await ofJob.take(whole === undefined ? [] : [whole]);
  await ofJob.during(async () => undefined);
  expect(((await jobs.uploads.get(upload.id))?.expiresAt ?? 0) - began).toBeGreaterThan(5_000_000);
});
