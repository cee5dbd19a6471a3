import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import type { ReadableStream } from "node:stream/web";
import { afterEach, expect, it } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { readFrames } from "../../shared/contract/frames.ts";
import { form, jsonOf, startTestSlave, stopTestSlaves } from "../../tests/fixtures/slave/start.ts";

afterEach(stopTestSlaves);

/** Files over 1 KB lie on disk; the cache has room for one table. */
const SMALL_ROOM = { SMALL_FILE: "1KB", SLAVE_CACHE_BYTES: "3KB" };
const TABLE = "table ".repeat(400);
const OTHER = "other ".repeat(400);

function digest(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function entry(content: string, how: "sent" | "kept", sha256 = digest(content)) {
  return { filename: "t.csv", bytes: content.length, sha256, sent: how === "sent" };
}
const SENT = { 0: entry(TABLE, "sent") };
const KEPT = { 0: entry(TABLE, "kept") };

interface TestLease {
  readonly shared: object | string;
  readonly files?: readonly string[];
  readonly step?: string;
  readonly fields?: readonly (readonly [string, string])[];
}

async function lease(url: string, { shared, files = [], step = "echo", fields = [] }: TestLease) {
  const sent = files.map((content, index) => ["files", content, `${index}.bin`] as const);
  const head = [
    ["task_type", "odd"],
    ["step", step],
    ["shared_inputs", typeof shared === "string" ? shared : JSON.stringify(shared)],
  ] as const;
  const body = form(...head, ...fields, ...sent);
  return await fetch(`${url}/get_task`, { method: "POST", body, headers: { accept: FRAMES_TYPE } });
}

/** What the units of a lease answered, by their id. */
async function partsOf(response: Response): Promise<Record<string, unknown>> {
  const parts: Record<string, unknown> = {};
  for await (const batch of readFrames(Readable.fromWeb(response.body as ReadableStream)))
    for (const { header, whole, body } of batch) {
      if (header.type === "part")
        parts[header.unit] = [header.filename, await text(Readable.from(body ?? [whole]))];
      if (header.type === "failed") parts[header.unit] = header.code;
    }
  return parts;
}

async function refusal(response: Response): Promise<unknown[]> {
  const { code, error } = await jsonOf(response);
  return [response.status, code, error];
}
const GONE = [409, "input_not_kept", "t.csv is no longer kept here: send it again."];

it("an input that one lease brought is there for the next one, which only names it", async () => {
  const { url } = await startTestSlave({ SMALL_FILE: "1KB" });
  expect(await partsOf(await lease(url, { shared: SENT, files: [TABLE] }))).toEqual({ 0: ["0.bin", TABLE] });
  for (let again = 0; again < 2; again += 1)
    expect(await partsOf(await lease(url, { shared: KEPT }))).toEqual({ 0: ["t.csv", TABLE] });
});

it("files that are sent, kept and handed over have the order of the lease", async () => {
  const { url, dataDir } = await startTestSlave();
  await partsOf(await lease(url, { shared: { 0: entry(TABLE, "sent") }, files: [TABLE] }));
  const [folder = ""] = await readdir(dataDir);
  const name = `in-${"a".repeat(32)}`;
  await writeFile(join(dataDir, folder, "handover", name), "linked");
  const handed = { filename: "linked.txt", name, bytes: 6, sha256: digest("linked") };
  const answer = await lease(url, {
    shared: { 2: entry(TABLE, "kept"), 3: entry(OTHER, "sent") },
    files: ["first", OTHER],
    fields: [["handover", JSON.stringify({ files: { 1: handed } })]],
  });
  expect(await partsOf(answer)).toEqual({
    0: ["0.bin", "first"],
    1: ["linked.txt", "linked"],
    2: ["t.csv", TABLE],
    3: ["1.bin", OTHER],
  });
  expect(await partsOf(await lease(url, { shared: { 0: entry(OTHER, "kept") } }))).toEqual({
    0: ["t.csv", OTHER],
  });
});

it("an input that never came, or was dropped for another one, is answered with input_not_kept", async () => {
  const { url, dataDir } = await startTestSlave(SMALL_ROOM);
  expect(await refusal(await lease(url, { shared: KEPT }))).toEqual(GONE);
  await partsOf(await lease(url, { shared: SENT, files: [TABLE] }));
  await partsOf(await lease(url, { shared: { 0: entry(OTHER, "sent") }, files: [OTHER] }));
  expect(await refusal(await lease(url, { shared: KEPT }))).toEqual(GONE);
  const [folder = ""] = await readdir(dataDir);
  await expect.poll(() => readdir(join(dataDir, folder, "leases"))).toEqual([]);
});

it("an input that is dropped while its unit waits is whole when the unit begins", async () => {
  const { url } = await startTestSlave(SMALL_ROOM);
  await partsOf(await lease(url, { shared: SENT, files: [TABLE] }));
  const shared = { 1: entry(TABLE, "kept") };
  const running = await lease(url, { shared, files: ["sleep 500"], step: "brief" });
  const dropping = await lease(url, { shared: { 0: entry(OTHER, "sent") }, files: [OTHER] });
  expect(await refusal(await lease(url, { shared: KEPT }))).toEqual(GONE);
  expect(await partsOf(running)).toMatchObject({ 1: ["t.csv", expect.stringContaining('"what":"table"')] });
  await partsOf(dropping);
});

it("an input with another digest than announced is refused, and is kept under neither digest", async () => {
  const { url } = await startTestSlave();
  const lie = { 0: entry(TABLE, "sent", digest(OTHER)) };
  expect(await refusal(await lease(url, { shared: lie, files: [TABLE] }))).toEqual([
    400,
    "bad_shared_inputs",
    "t.csv arrived with other bytes than announced.",
  ]);
  for (const sha256 of [digest(OTHER), digest(TABLE)])
    expect(await refusal(await lease(url, { shared: { 0: entry(TABLE, "kept", sha256) } }))).toEqual(GONE);
});

it.each([
  ["is no JSON", "{"],
  ["has an index that is not written as a number is", { "00": entry(TABLE, "sent") }],
  ["names a path as a digest", { 0: { ...entry(TABLE, "kept"), sha256: "../../proof" } }],
  ["leaves an index empty", { 7: entry(TABLE, "kept") }],
  ["names a file that is not sent", { 1: entry(TABLE, "sent") }],
])("a field shared_inputs that %s is refused", async (_what, shared) => {
  const { url } = await startTestSlave();
  expect(await refusal(await lease(url, { shared, files: [TABLE] }))).toEqual([
    400,
    "bad_shared_inputs",
    "The field shared_inputs cannot be used.",
  ]);
});

it("a slave without a cache refuses to keep inputs", async () => {
  const { url } = await startTestSlave({ SLAVE_CACHE_BYTES: "0" });
  const [status, code] = await refusal(await lease(url, { shared: SENT, files: [TABLE] }));
  expect([status, code]).toEqual([400, "bad_shared_inputs"]);
});

it("a slave whose disk is full gives the room of its cache back", async () => {
  const { url } = await startTestSlave();
  await partsOf(await lease(url, { shared: SENT, files: [TABLE] }));
  expect(await partsOf(await lease(url, { shared: KEPT, step: "fillDisk" }))).toEqual({ 0: "disk_full" });
  expect(await refusal(await lease(url, { shared: KEPT }))).toEqual(GONE);
});

it("its metrics tell where shared inputs came from", async () => {
  const { url } = await startTestSlave();
  await partsOf(await lease(url, { shared: SENT, files: [TABLE] }));
  await partsOf(await lease(url, { shared: KEPT }));
  await (await lease(url, { shared: { 0: entry(OTHER, "kept") } })).text();
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain(`manyhands_slave_input_cache_bytes ${TABLE.length}`);
  for (const source of ["sent", "kept", "missing"])
    expect(metrics).toContain(`manyhands_slave_shared_inputs_total{source="${source}"} 1`);
});

it.each([
  ["1MB", 2 ** 20],
  ["0", undefined],
])("a slave with SLAVE_CACHE_BYTES=%s registers with %s bytes", async (SLAVE_CACHE_BYTES, bytes) => {
  const asked: Promise<unknown>[] = [];
  const master = createServer((req, res) => {
    asked.push(json(req));
    res.setHeader("content-type", "application/json").end('{"status":"success","poll_seconds":60}');
  }).listen(0, "127.0.0.1");
  await once(master, "listening");
  const { port } = master.address() as AddressInfo;
  await startTestSlave({ SLAVE_CACHE_BYTES, MASTER_URL: `http://127.0.0.1:${port}` });
  await expect.poll(() => asked.length).toBe(1);
  expect(await asked[0]).toMatchObject({ instance: expect.any(String) });
  expect(((await asked[0]) as { input_cache_bytes?: number }).input_cache_bytes).toBe(bytes);
  master.close().closeAllConnections();
});
