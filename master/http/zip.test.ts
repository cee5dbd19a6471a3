import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { Response } from "express";
import { afterEach, expect, test } from "vitest";
import yauzl from "yauzl";
import type { ByteStore } from "../store/port.ts";
import { type ZipEntry, zipTo } from "./zip.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A store whose objects are as long as their entry says; it counts those that are open. */
function countingStore(bytes: number) {
  const seen = { open: 0, most: 0, opened: 0 };
  const get = async () => {
    seen.opened += 1;
    seen.open += 1;
    seen.most = Math.max(seen.most, seen.open);
    let left = bytes;
    const stream = new Readable({
      read(size) {
        const chunk = Buffer.alloc(Math.min(size, left), 7);
        left -= chunk.length;
        this.push(chunk.length > 0 ? chunk : null);
      },
    });
    return stream.once("close", () => {
      seen.open -= 1;
    });
  };
  const read = async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of await get()) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  return { seen, store: { get, read } };
}

/** @param readings the list as it is found at the first reading, and where it changes meanwhile, at the second */
async function serve(
  store: Pick<ByteStore, "get" | "read">,
  ...readings: readonly ZipEntry[][]
): Promise<string> {
  let reading = 0;
  const pages = async function* () {
    const list = readings[Math.min(reading, readings.length - 1)] ?? [];
    reading += 1;
    for (let at = 0; at < list.length; at += 64) yield list.slice(at, at + 64);
  };
  const server = createServer((_req, res) => void zipTo(res as Response, store, pages)).listen(0);
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function entries(count: number, bytes: number): ZipEntry[] {
  return Array.from({ length: count }, (_, n) => ({
    nth: n,
    name: `ü ${n}.json`,
    folder: "",
    key: `k${n}`,
    bytes,
    at: 1.7e12,
  }));
}

test.each([
  ["small", 70_000, 3],
  ["large", 20, 200_000],
])("many %s results are one zip, with one of them open at a time", async (_, count, bytes) => {
  const { seen, store } = countingStore(bytes);
  const answer = await fetch(await serve(store, entries(count, bytes)));
  const zip = await yauzl.fromBufferPromise(Buffer.from(await answer.arrayBuffer()));
  const names: string[] = [];
  for await (const entry of zip.eachEntry()) {
    if (names.push(entry.fileName) % 5_000 > 10) continue;
    expect(entry.getLastModDate().getTime()).toBe(1.7e12);
    const body = await readAll(await zip.openReadStreamPromise(entry));
    expect(body.equals(Buffer.alloc(bytes, 7))).toBe(true);
    expect(crc32(body)).toBe(entry.crc32);
  }
  expect(names).toEqual(entries(count, bytes).map(({ name }) => name));
  expect(seen).toEqual({ open: 0, most: 1, opened: count });
});

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a client that leaves stops it: nothing is open, nothing more is opened", async () => {
  const { seen, store } = countingStore(20_000_000);
  const url = await serve(store, entries(100, 20_000_000));
  await new Promise<void>((resolve) => {
    const request = get(url, (response) => {
      response.once("data", () => {
        request.destroy();
        resolve();
      });
    }).on("error", () => undefined);
  });
  await expect.poll(() => seen.open).toBe(0);
  expect(seen.opened).toBeLessThan(100);
  const { opened } = seen;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen.opened).toBe(opened);
});

test("a result that cannot be read cuts the answer", async () => {
  const fails = async () => Promise.reject(new Error("gone"));
  const url = await serve({ get: fails, read: fails }, entries(2, 10));
  await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
});

test("results that are done while the zip is sent are not in it", async () => {
  const { store } = countingStore(10);
  const all = entries(200, 10);
  const url = await serve(
    store,
    all.filter(({ nth }) => nth % 3 === 0),
    all,
  );
  const zip = await yauzl.fromBufferPromise(Buffer.from(await (await fetch(url)).arrayBuffer()));
  const names: string[] = [];
  for await (const entry of zip.eachEntry()) names.push(entry.fileName);
  expect(names).toEqual(all.filter(({ nth }) => nth % 3 === 0).map(({ name }) => name));
});

test("results that are removed while the zip is sent cut the answer", async () => {
  const { store } = countingStore(10);
  const url = await serve(store, entries(200, 10), entries(100, 10));
  await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
});
