import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import { copyResult } from "./copyResult.ts";

let opened: Awaited<ReturnType<typeof openRecordFolder>>;
beforeEach(async () => {
  opened = await openRecordFolder();
});
afterEach(() => opened.close());

const RENAME = { before: Buffer.from('{"filename":"a",'), after: Buffer.from('{"filename":"longer",') };

test.each([10, 300_000])(
  "a copy of %i bytes is in its group, as it was or under the new name",
  async (length) => {
    const rest = `"text":"${"x".repeat(length)}"}\n`;
    const source = await stored(`{"filename":"a",${rest}`);
    const plain = await copyResult(opened.store, source, { group: "new" });
    const renamed = await copyResult(opened.store, source, { group: "new", rename: RENAME });
    expect(plain).toMatchObject({ bytes: source.bytes, sha256: source.sha256 });
    expect(await textOf(plain?.key)).toBe(`{"filename":"a",${rest}`);
    expect(await textOf(renamed?.key)).toBe(`{"filename":"longer",${rest}`);
    await opened.store.remove([source.key]);
    expect(await textOf(plain?.key)).toBe(`{"filename":"a",${rest}`);
  },
);

test.each([10, 300_000])("%i bytes that do not begin with the name are not copied", async (length) => {
  const source = await stored(`{"filename":"b",${"x".repeat(length)}`);
  expect(await copyResult(opened.store, source, { group: "new", rename: RENAME })).toBeUndefined();
  expect(await keysOf("new")).toEqual([]);
});

test("what is gone, and what is not what was recorded, leaves no copy", async () => {
  const source = await stored("text");
  const other = { ...source, sha256: "0".repeat(64) };
  expect(await copyResult(opened.store, other, { group: "new" })).toBeUndefined();
  await opened.store.remove([source.key]);
  expect(await copyResult(opened.store, source, { group: "new" })).toBeUndefined();
  expect(await copyResult(opened.store, source, { group: "new", rename: RENAME })).toBeUndefined();
  expect(await keysOf("new")).toEqual([]);
});

test.each([10, 300_000])("%i bytes under a new name are checked, too", async (length) => {
  const source = await stored(`{"filename":"a",${"x".repeat(length)}`);
  const other = { ...source, sha256: "0".repeat(64) };
  expect(await copyResult(opened.store, other, { group: "new", rename: RENAME })).toBeUndefined();
  expect(await keysOf("new")).toEqual([]);
});

test("a copy that was ended, or for which there is no room, is none", async () => {
  const source = await stored("x".repeat(300_000));
  const signal = AbortSignal.abort();
  expect(await copyResult(opened.store, source, { group: "new", signal })).toBeUndefined();
  const { store } = opened;
  const put = () => Promise.reject(new AppError("no_space", "The disk is full.", { status: 507 }));
  const full = {
    put,
    get: (key: string) => store.get(key),
    read: (key: string) => store.read(key),
    remove: (keys: Iterable<string>) => store.remove(keys),
  };
  expect(await copyResult(full, source, { group: "new" })).toBeUndefined();
  expect(await keysOf("new")).toEqual([]);
});

async function stored(text: string) {
  return await opened.store.put(Buffer.from(text), { group: "old" });
}

async function textOf(key = ""): Promise<string> {
  return String(await buffer(await opened.store.get(key)));
}

async function keysOf(group: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of opened.store.list(group)) keys.push(...some);
  return keys;
}
