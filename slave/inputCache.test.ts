import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type LocalFile, localFile } from "../shared/tasks/local.ts";
import { InputCache } from "./inputCache.ts";

let folder: string;
let lease: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inputs-"));
  lease = join(folder, "lease");
  await mkdir(lease);
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function opened(maxBytes: number): Promise<InputCache> {
  const cache = await InputCache.open(join(folder, "inputs"), maxBytes);
  if (cache === undefined) throw new Error("this disk has no links");
  return cache;
}

/** A file of 10 bytes that a lease brought. */
async function brought(letter: string): Promise<LocalFile> {
  const path = join(lease, letter);
  await writeFile(path, letter.repeat(10));
  return { ...localFile(letter, Buffer.from(letter.repeat(10))), body: { path } };
}

const taken = (cache: InputCache, { sha256, bytes }: LocalFile) => cache.take(sha256, bytes, lease);
const contents = async (path: string | undefined) => await readFile(path ?? "", "utf8");

it("an input outlives the lease that brought it, and each later lease has a file of its own", async () => {
  const cache = await opened(100);
  const a = await brought("a");
  await cache.keep(a);
  await rm(join(lease, "a"));
  const paths = [await taken(cache, a), await taken(cache, a)];
  expect(new Set(paths).size).toBe(2);
  expect(await Promise.all(paths.map(contents))).toEqual(["aaaaaaaaaa", "aaaaaaaaaa"]);
  expect(cache.usage).toEqual({ bytes: 10, inputs: { sent: 1, kept: 2, missing: 0 } });
});

it("an input in memory is kept, too", async () => {
  const cache = await opened(100);
  const small = localFile("small", Buffer.from("small"));
  await cache.keep(small);
  expect(await contents(await taken(cache, small))).toBe("small");
});

it("the input that was not used for the longest time is dropped, and stays whole for a lease that has it", async () => {
  const cache = await opened(25);
  const [a, b, c] = await Promise.all([brought("a"), brought("b"), brought("c")]);
  await cache.keep(a);
  await cache.keep(b);
  const held = await taken(cache, b);
  await taken(cache, a);
  await cache.keep(c);
  expect(await taken(cache, b)).toBeUndefined();
  expect(await contents(held)).toBe("bbbbbbbbbb");
  expect(await contents(await taken(cache, a))).toBe("aaaaaaaaaa");
  expect(cache.usage).toMatchObject({ bytes: 20, inputs: { missing: 1 } });
  await expect.poll(async () => (await readdir(join(folder, "inputs"))).length).toBe(2);
});

it("an input whose file was changed, or is gone, is not given, and can be kept anew", async () => {
  const cache = await opened(100);
  const a = await brought("a");
  await cache.keep(a);
  const before = await taken(cache, a);
  await writeFile(before ?? "", "x".repeat(10));
  expect(await taken(cache, a)).toBeUndefined();
  await cache.keep(await brought("a"));
  expect(await taken(cache, a)).toBeDefined();
  for (const name of await readdir(join(folder, "inputs"))) await rm(join(folder, "inputs", name));
  expect(await taken(cache, a)).toBeUndefined();
  expect(cache.usage.bytes).toBe(0);
});

it("a digest with another size is another input", async () => {
  const cache = await opened(100);
  const a = await brought("a");
  await cache.keep(a);
  expect(await cache.take(a.sha256, 9, lease)).toBeUndefined();
  expect(await taken(cache, a)).toBeDefined();
});

it("an input that is larger than the cache is not kept and drops no other", async () => {
  const cache = await opened(15);
  const a = await brought("a");
  await cache.keep(a);
  const large = localFile("large", Buffer.alloc(16));
  await cache.keep(large);
  expect(await taken(cache, large)).toBeUndefined();
  expect(await taken(cache, a)).toBeDefined();
});

it("a cleared cache leaves no file", async () => {
  const cache = await opened(100);
  const a = await brought("a");
  await cache.keep(a);
  cache.clear();
  expect(await taken(cache, a)).toBeUndefined();
  await expect.poll(async () => await readdir(join(folder, "inputs"))).toEqual([]);
});

it("there is no cache of 0 bytes", async () => {
  expect(await InputCache.open(join(folder, "none"), 0)).toBeUndefined();
});
