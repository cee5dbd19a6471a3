import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
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
  return { seen, store: { get } };
}

async function serve(store: Pick<ByteStore, "get">, entries: readonly ZipEntry[]): Promise<string> {
  const server = createServer((_req, res) => void zipTo(res as Response, store, entries)).listen(0);
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function entries(count: number, bytes: number): ZipEntry[] {
  return Array.from({ length: count }, (_, n) => ({ name: `ü ${n}.json`, key: `k${n}`, bytes, at: 1.7e12 }));
}

test("5,000 results are one zip, with one of them open at a time", async () => {
  const { seen, store } = countingStore(300);
  const answer = await fetch(await serve(store, entries(5_000, 300)));
  const body = Buffer.from(await answer.arrayBuffer());
  const zip = await yauzl.fromBufferPromise(body);
  const names: string[] = [];
  for await (const entry of zip.eachEntry()) names.push(entry.fileName);
  expect(names).toEqual(entries(5_000, 300).map(({ name }) => name));
  expect(seen).toEqual({ open: 0, most: 1, opened: 5_000 });
});

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
  const store = { get: async () => Promise.reject(new Error("gone")) };
  const url = await serve(store, entries(2, 10));
  await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
});
