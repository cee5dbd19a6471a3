import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { encodeHeader } from "../../shared/contract/frames.ts";
import type { LeaseSharedInputs, LeaseStoreInputs } from "../../shared/contract/lease.ts";
import { createLogger } from "../../shared/logger.ts";
import type { UnitFile } from "../../shared/tasks/task.ts";
import { newSlave, type OwnSlave } from "../fleet/slave.ts";
import { Tunnels } from "../fleet/tunnels.ts";
import { openMemoryStore } from "../store/memory/memoryStore.ts";
import { createSlaveHttp } from "./client.ts";
import { runFramesLease } from "./framesLease.ts";
import { KeptInputs } from "./keptInputs.ts";
import { StoreInputs } from "./storeInputs.ts";

const TABLE = Buffer.alloc(100_000, "table ");

/** A request as the slave got it. */
interface Asked {
  readonly shared: LeaseSharedInputs | undefined;
  readonly stored: LeaseStoreInputs | undefined;
  /** Bytes of the files that it carried. */
  readonly bytes: number;
}

/** What the next requests get instead of an answer: a status, or a wait before it. */
type Trouble = 409 | 500 | "input_not_fetched" | Promise<void>;

let asked: Asked[];
let troubles: (Trouble | undefined)[];
let close: () => void;
let slave: OwnSlave;
let transport: Parameters<typeof runFramesLease>[0];
let table: UnitFile;

beforeEach(async () => {
  asked = [];
  troubles = [];
  const server = createServer((req, res) => void answer(req, res)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const http = createSlaveHttp({
    tokenFor: () => undefined,
    ca: undefined,
    tunnels: new Tunnels(() => undefined),
  });
  const about = { slave_ip: "127.0.0.1", slave_port: port, version: "1", instance: "i" };
  slave = newSlave("s", "127.0.0.1", { ...about, input_cache_bytes: 200_000 });
  const store = openMemoryStore();
  transport = {
    http,
    store,
    keptInputs: new KeptInputs(),
    storeInputs: new StoreInputs({ store, logger: createLogger("test", "silent") }),
    maxPartBytes: 9,
    silenceSeconds: 30,
  };
  table = { filename: "t.csv", ...(await store.put(TABLE, { group: "j" })), shared: true };
  close = () => {
    http.close();
    server.close().closeAllConnections();
  };
});
afterEach(() => close());

/** Reads a lease, and answers each unit with an empty part. */
async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const type = String(req.headers["content-type"]);
  const form = await new Response(new Uint8Array(await buffer(req)), {
    headers: { "content-type": type },
  }).formData();
  const [shared, stored] = ["shared_inputs", "store_inputs"].map((name) => {
    const field = form.get(name);
    return typeof field === "string" ? JSON.parse(field) : undefined;
  });
  const bytes = form.getAll("texts").reduce((sum, file) => sum + (file instanceof File ? file.size : 0), 0);
  asked.push({ shared, stored, bytes });
  const trouble = troubles.shift();
  if (trouble === "input_not_fetched") {
    res.writeHead(409).end(JSON.stringify({ code: trouble, error: "t.csv could not be fetched." }));
    return;
  }
  await (typeof trouble === "number" ? undefined : trouble);
  if (typeof trouble === "number") {
    res
      .writeHead(trouble)
      .end(JSON.stringify({ code: trouble === 409 ? "input_not_kept" : "internal_error" }));
    return;
  }
  const units = JSON.parse(String(form.get("units"))) as { id: string }[];
  const sha256 = createHash("sha256").digest("hex");
  res.writeHead(200, { "content-type": FRAMES_TYPE });
  for (const { id } of units)
    res.write(encodeHeader({ type: "part", unit: id, filename: "p", bytes: 0, sha256, seconds: 0 }));
  res.end(encodeHeader({ type: "end", units: units.length }));
}

/** Sends a lease of one unit that reads the file. Answers the types of the events that were told. */
async function lease(file: UnitFile = table, signal = new AbortController().signal): Promise<string[]> {
  const told: string[] = [];
  const step = { task: "text", step: "analyse", stepVersion: 1, options: {}, args: {} };
  const unit = {
    id: "j/m/0",
    job: "j",
    ...step,
    files: [file],
    bytes: 1,
    crashes: 0,
    losses: 0,
    priority: 1,
  };
  const held = { id: "l", token: 1, owner: "s", units: [unit] };
  const handle = async (_unit: unknown, { type }: { readonly type: string }) => void told.push(type);
  await runFramesLease(transport, { slave, lease: held, signal, handle });
  return told;
}

const entry = () => ({ filename: "t.csv", bytes: TABLE.length, sha256: table.sha256 });
const brought = () => ({ shared: { 0: { ...entry(), sent: true } }, bytes: TABLE.length });
const named = () => ({ shared: { 0: { ...entry(), sent: false } }, bytes: 0 });
const plain = () => ({ shared: undefined, bytes: TABLE.length });

test("an input that leases share is sent to a slave once, and then named", async () => {
  for (let nth = 0; nth < 3; nth += 1) expect(await lease()).toEqual(["part"]);
  expect(asked).toEqual([brought(), named(), named()]);
});

test("a lease that begins while another one brings the input waits, and names it then", async () => {
  let arrive: () => void = () => undefined;
  troubles = [new Promise((resolve) => (arrive = resolve))];
  const leases = [lease(), lease(), lease()];
  await expect.poll(() => asked.length).toBe(1);
  arrive();
  await Promise.all(leases);
  expect(asked).toEqual([brought(), named(), named()]);
});

test("when the lease that brings the input fails, the next one brings it", async () => {
  troubles = [500];
  const [first, ...others] = await Promise.allSettled([lease(), lease(), lease()]);
  expect(first).toMatchObject({ status: "rejected", reason: { code: "slave_refused" } });
  expect(others.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(asked).toEqual([brought(), brought(), named()]);
});

test("a lease that is ended while it waits ends at once and sends nothing", async () => {
  let arrive: () => void = () => undefined;
  troubles = [new Promise((resolve) => (arrive = resolve))];
  const first = lease();
  const ending = new AbortController();
  const second = lease(table, ending.signal);
  ending.abort(new Error("cancelled"));
  await expect(second).rejects.toThrow("cancelled");
  arrive();
  await first;
  expect(asked).toEqual([brought()]);
});

test("a slave that no longer has the input gets the lease again with its bytes, and no unit hears of it", async () => {
  await lease();
  troubles = [409];
  expect(await lease()).toEqual(["part"]);
  await lease();
  expect(asked).toEqual([brought(), named(), brought(), named()]);
});

test("leases that miss the input together send it once more", async () => {
  await lease();
  troubles = [409, 409];
  await Promise.all([lease(), lease()]);
  expect(asked).toHaveLength(5);
  expect(asked.filter(({ bytes }) => bytes > 0)).toHaveLength(2);
});

test("a slave that never has the input gets plain files", async () => {
  troubles = [409, 409];
  expect(await lease()).toEqual(["part"]);
  expect(asked).toEqual([brought(), brought(), plain()]);
});

test("a slave that has started again gets the bytes without being asked", async () => {
  await lease();
  slave.instance = "another";
  await lease();
  expect(asked).toEqual([brought(), brought()]);
});

test("an input that was dropped for later ones is sent again", async () => {
  const other = Buffer.alloc(150_000, "other ");
  const stored = await transport.store.put(other, { group: "j" });
  await lease();
  await lease({ filename: "o.csv", ...stored, shared: true });
  await lease();
  expect(asked.map(({ bytes }) => bytes)).toEqual([TABLE.length, other.length, TABLE.length]);
});

test("plain files go to a slave without a cache, of inputs that are not shared, are small, or do not fit", async () => {
  const small = await transport.store.put(Buffer.alloc(1_000), { group: "j" });
  slave.inputCacheBytes = TABLE.length;
  await lease({ ...table, shared: false });
  await lease({ filename: "small", ...small, shared: true });
  slave.inputCacheBytes = TABLE.length - 1;
  await lease();
  slave.inputCacheBytes = 0;
  await lease();
  expect(asked).toEqual([plain(), { ...plain(), bytes: 1_000 }, plain(), plain()]);
});

test("small inputs are sent, and so are those that leases share", async () => {
  slave.storeOrigin = "http://bucket.example:9000";
  const links = { linkTo: async () => "http://bucket.example:9000/b/x" };
  const logger = createLogger("test", "silent");
  transport = { ...transport, storeInputs: new StoreInputs({ store: { slaveLinks: links }, logger }) };
  const small = { filename: "s.txt", ...(await transport.store.put(Buffer.from("small"), { group: "j" })) };
  await lease(small);
  await lease();
  expect(asked).toEqual([{ shared: undefined, bytes: 5 }, brought()]);
});

test("an input that the slave can fetch is named by its address; after a failure bytes are sent for a while", async () => {
  slave.storeOrigin = "http://bucket.example:9000";
  const links = { linkTo: async (key: string) => `http://bucket.example:9000/b/${key}?sign=1` };
  const storeInputs = new StoreInputs({
    store: { slaveLinks: links },
    logger: createLogger("test", "silent"),
  });
  transport = { ...transport, storeInputs };
  const file = { ...table, shared: false };
  const url = `http://bucket.example:9000/b/${file.key}?sign=1`;
  const fetched = { stored: { 0: { ...entry(), url } }, bytes: 0 };
  expect(await lease(file)).toEqual(["part"]);
  troubles = ["input_not_fetched"];
  expect(await lease(file)).toEqual(["part"]);
  expect(await lease(file)).toEqual(["part"]);
  expect(asked).toEqual([fetched, fetched, plain(), plain()]);
});
