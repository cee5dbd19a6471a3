import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { expect } from "vitest";
import type { ByteStore } from "./port.ts";

/** Sizes on both sides of the limits at which drivers change how they store an object. */
export const SIZES = [0, 1, 1_000, 65_536, 65_537, 600_000, 1_500_000];

export async function expectStored(store: ByteStore, key: string, bytes: Buffer): Promise<void> {
  expect(await store.stat(key)).toEqual({ bytes: bytes.length });
  expect(await store.isWhole(key)).toBe(true);
  expectSame(await store.read(key), bytes);
  expectSame(await buffer(await store.get(key)), bytes);
}

/** Not `toEqual`, which takes seconds for a megabyte. */
export function expectSame(found: Uint8Array, bytes: Uint8Array = new Uint8Array()): void {
  expect({ bytes: found.byteLength, sha256: sha256(found) }).toEqual({
    bytes: bytes.byteLength,
    sha256: sha256(bytes),
  });
}

export async function keysOf(store: ByteStore, group: string): Promise<string[]> {
  return (await collect(store.list(group))).flat();
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function* slices(bytes: Buffer, length: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
