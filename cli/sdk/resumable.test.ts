import fs from "node:fs";
import { type FileHandle, mkdtemp, open, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  problem,
  type StandInMaster,
  type StandInOptions,
  startStandInMaster,
} from "../../tests/standin/master.ts";
import { TusUploads } from "../../tests/standin/tusUploads.ts";
import { connect, type FileInput, type FleetClient } from "./index.ts";
import { nodeFetch } from "./node.ts";
import type { Fetch } from "./transport.ts";

const MB = 2 ** 20;
/** Files above 64 MB are sent in several requests. */
const LARGE = 65 * MB + 5;

let folder: string;
let master: StandInMaster;
let uploads: TusUploads;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-resumable-"));
  uploads = new TusUploads();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await master.close();
  await rm(folder, { recursive: true });
});

async function fleetOf(options: StandInOptions = {}, fetch: Fetch = nodeFetch()): Promise<FleetClient> {
  master = await startStandInMaster({ uploads: uploads.answer, ...options });
  return await connect({ master: master.url, retrySeconds: 20, fetch });
}

/** A file of zeros that takes no room on the disk. */
async function fileOf(name: string, bytes = LARGE): Promise<FileInput & { readonly path: string }> {
  const path = join(folder, name);
  await (await open(path, "w")).close();
  await truncate(path, bytes);
  return { name, path };
}

/** Every file handle that is opened from here on. */
function openedHandles(): readonly FileHandle[] {
  const handles: FileHandle[] = [];
  const real = fs.promises.open;
  vi.spyOn(fs.promises, "open").mockImplementation(async (...given) => {
    const handle = await real(...given);
    handles.push(handle);
    return handle;
  });
  return handles;
}

const isClosed = ({ fd }: FileHandle) => fd === -1;

test("a large file goes on through a proxy that answers for a master that is away, and through cuts", async () => {
  uploads.faults.POST = [502];
  uploads.faults.HEAD = [502, 503, "cut", 504, 423];
  let cuts = 0;
  uploads.onBytes = (received) => {
    if (received < 10 * MB || cuts > 0) return true;
    cuts += 1;
    return false;
  };
  const handles = openedHandles();
  const fleet = await fleetOf();
  await fleet.submit("text", [await fileOf("a.txt", 10), await fileOf("b.txt")]);
  expect(master.jobs[0]).toMatchObject({ uploads: [{ id: "u1", index: 1 }], files: [{ filename: "a.txt" }] });
  expect(master.requests.filter((line) => line.startsWith("HEAD"))).toHaveLength(6);
  expect(handles.map(isClosed)).toEqual([true, true, true]);
});

test("requests that end before their body is read leave no file open", async () => {
  const real = nodeFetch();
  let broken = 0;
  const breaking: Fetch = async (url, request) => {
    if (request.method !== "PATCH" || broken === 3) return await real(url, request);
    broken += 1;
    throw new Error("no connection");
  };
  const handles = openedHandles();
  const fleet = await fleetOf({}, breaking);
  await fleet.submit("text", [await fileOf("a.txt")]);
  expect(handles.map(isClosed)).toEqual([true]);
});

test("a form that breaks between the head and the bytes of a file leaves it closed", async () => {
  const real = nodeFetch();
  let isFirst = true;
  const breaking: Fetch = async (url, request) => {
    if (request.method !== "POST" || !isFirst) return await real(url, request);
    isFirst = false;
    const { body } = request;
    if (!(body instanceof ReadableStream)) throw new Error("the form is a stream");
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    throw new Error("no connection");
  };
  const handles = openedHandles();
  const fleet = await fleetOf({}, breaking);
  // The head of the second file is what makes the first packet full.
  await fleet.submit("text", [await fileOf("a.txt", 64 * 1024 - 430), await fileOf("b.txt", 10)]);
  expect(handles.length).toBeGreaterThan(2);
  expect(handles.map(isClosed)).toEqual(handles.map(() => true));
});

describe("of a large file that", () => {
  test.each([
    ["grows", LARGE + 1],
    ["shrinks", LARGE - 20 * MB],
    ["is emptied", 0],
  ])("%s while it is sent one sentence tells, nothing is kept, and the others go on", async (_what, size) => {
    const changing = await fileOf("changing.txt");
    const told: unknown[] = [];
    const onUnreadable = (file: FileInput, error: unknown) => told.push([file, String(error)]);
    const fleet = await fleetOf();
    const files = [await fileOf("a.txt", 10), changing, await fileOf("c.txt")];
    uploads.onBytes = onceAbove(MB, () => fs.truncateSync(changing.path, size));
    await fleet.submit("text", files, { onUnreadable });
    const text = `AppError: changing.txt changed while it was sent: it had ${LARGE} bytes before. Send it again when it is whole.`;
    expect(told).toEqual([[changing, text]]);
    expect(master.jobs[0]).toMatchObject({ files: [{ filename: "a.txt" }], uploads: [{ index: 1 }] });
    expect(uploads.open).toHaveLength(1);
  });

  test("cannot be opened one sentence tells, and the others go on; without a listener the call fails", async () => {
    const fleet = await fleetOf();
    const files = [await fileOf("a.txt"), await fileOf("b.txt", 10)];
    const denied = Object.assign(new Error("EACCES: permission denied, open 'a.txt'"), { code: "EACCES" });
    const failing = vi.spyOn(fs.promises, "open").mockRejectedValueOnce(denied);
    const onUnreadable = vi.fn();
    await fleet.submit("text", files, { onUnreadable });
    expect(onUnreadable.mock.calls).toEqual([[files[0], denied]]);
    expect(master.jobs[0]?.files).toMatchObject([{ filename: "b.txt" }]);
    expect(master.jobs[0]?.uploads).toBeUndefined();
    failing.mockRejectedValueOnce(denied);
    await expect(fleet.submit("text", files)).rejects.toBe(denied);
    expect(uploads.open).toEqual([]);
  });
});

/** Calls back once, when more bytes than these have come. */
function onceAbove(bytes: number, call: () => void): (received: number) => boolean {
  let isOver = false;
  return (received) => {
    if (received > bytes && !isOver) {
      isOver = true;
      call();
    }
    return true;
  };
}

test("a small file that shrinks while it is sent ends the call with a sentence, and makes no job", async () => {
  const fleet = await fleetOf();
  const file = await fileOf("small.txt", 5 * MB);
  const onSent = (bytes: number) => {
    if (bytes > MB) fs.truncateSync(file.path, 0);
  };
  await expect(fleet.submit("text", [await fileOf("a.txt", 10), file], { onSent })).rejects.toMatchObject({
    code: "not_readable",
    message: `small.txt changed while it was sent: it had ${5 * MB} bytes before. Send it again when it is whole.`,
  });
  expect(master.jobs).toEqual([]);
});

describe("an upload is removed when", () => {
  test("the call is aborted in its middle", async () => {
    const abort = new AbortController();
    uploads.onBytes = onceAbove(MB, () => abort.abort(new Error("enough")));
    const fleet = await fleetOf();
    const files = [await fileOf("a.txt")];
    await expect(fleet.submit("text", files, { signal: abort.signal })).rejects.toThrow("enough");
    expect(uploads.open).toEqual([]);
  });

  test("the master refuses it, or the job", async () => {
    uploads.faults.PATCH = [403];
    const fleet = await fleetOf({ upload: problem(400, "bad_options", "Not so.") });
    const files = [await fileOf("a.txt")];
    await expect(fleet.submit("text", files)).rejects.toMatchObject({ status: 403 });
    expect(uploads.open).toEqual([]);
    await expect(fleet.submit("text", files)).rejects.toMatchObject({ code: "bad_options" });
    expect(uploads.open).toEqual([]);
  });
});
