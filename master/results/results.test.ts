import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import type { ByteStore } from "../store/port.ts";
import { DiskSpace } from "../upkeep/diskSpace.ts";
import { type ResultFile, ResultsFolder, resultExistsIn } from "./results.ts";

/** Below and above the size from which the store keeps an object in a file of its own. */
const SIZES = [
  ["small", 10, "not_stored"],
  ["large", 200_000, "ENOENT"],
] as const;

let store: ByteStore;
let results: ResultsFolder;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ store, results, close } = await openRecordFolder());
});
afterEach(() => close());

describe.each(SIZES)("a %s result", (_, bytes, missing) => {
  test("stands under its name, whole", async () => {
    await results.put(await stored("a.json", bytes, "a"));
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("replaces an older file of its name, and leaves the older object in the store as it was", async () => {
    const older = await stored("a.json", bytes, "a");
    await results.put(older);
    await results.put(await stored("a.json", bytes, "b"));
    expect(await textOf("a.json")).toBe("b".repeat(bytes));
    expect((await store.read(older.key)).toString()).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("is put twice without harm, as a replay does", async () => {
    const result = await stored("a.json", bytes, "a");
    await results.put(result);
    await results.put(result);
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("is put although its folder was removed meanwhile", async () => {
    await results.put(await stored("a.json", bytes, "a"));
    await rm(results.folder, { recursive: true });
    await results.put(await stored("b.json", bytes, "b"));
    expect(await textOf("b.json")).toBe("b".repeat(bytes));
  });

  test("cannot replace a folder of its name, and leaves nothing behind", async () => {
    await mkdir(join(results.folder, "text", "a.json", "inside"), { recursive: true });
    await expect(results.put(await stored("a.json", bytes, "a"))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(join(results.folder, "text", "a.json"))).toEqual(["inside"]);
    expect(await leftovers()).toEqual([]);
    await results.put(await stored("b.json", bytes, "b"));
    expect(await textOf("b.json")).toBe("b".repeat(bytes));
  });

  test("whose bytes are not in the store leaves no file", async () => {
    const result = await stored("a.json", bytes, "a");
    await store.remove([result.key]);
    await expect(results.put(result)).rejects.toMatchObject({
      code: missing,
    });
    expect(resultExistsIn(results.folder)("text", "a.json")).toBe(false);
  });

  test("is restored where its file is missing or short", async () => {
    const result = await stored("a.json", bytes, "a");
    await results.restore(result);
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    await rm(join(results.folder, "text", "a.json"));
    await writeFile(join(results.folder, "text", "a.json"), "a");
    await results.restore(result);
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
  });

  test("is restored over other bytes of its size only where its digest is known", async () => {
    const { sha256, ...result } = await stored("a.json", bytes, "a");
    await mkdir(join(results.folder, "text"), { recursive: true });
    await writeFile(join(results.folder, "text", "a.json"), "x".repeat(bytes));
    await results.restore(result);
    expect(await textOf("a.json")).toBe("x".repeat(bytes));
    await results.restore({ ...result, sha256 });
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
  });
});

test("a large result is a link to the object of the store", async () => {
  const result = await stored("a.json", 200_000, "a");
  await results.put(result);
  expect((await stat(join(results.folder, "text", "a.json"))).nlink).toBe(2);
});

test("large results that replace files at the same time do not mix, in the folder nor in the store", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `${index}.json`);
  await results.put(await stored("first.json", 200_000, "-"));
  await Promise.all(names.map((name) => writeFile(join(results.folder, "text", name), "in the way")));
  const all = await Promise.all(names.map((name, index) => stored(name, 200_000 + index, letter(index))));
  await Promise.all(all.map((result) => results.put(result)));
  for (const [index, { name, bytes, key }] of all.entries()) {
    const text = letter(index).repeat(bytes);
    expect(await textOf(name)).toBe(text);
    expect((await store.read(key)).toString()).toBe(text);
  }
  expect(await leftovers()).toEqual([]);
});

test("incomplete files of a killed master are swept away, and results stay", async () => {
  await results.put(await stored("a.json", 10, "a"));
  await mkdir(join(results.folder, ".tmp"), { recursive: true });
  await writeFile(join(results.folder, ".tmp", "1"), "half a res");
  await results.sweep();
  expect(await readdir(results.folder)).toEqual(["text"]);
  expect(await textOf("a.json")).toBe("a".repeat(10));
});

test("a result is removed, and removing one that is not there is no error", async () => {
  await results.put(await stored("a.json", 10, "a"));
  await results.remove("text", "a.json");
  await results.remove("text", "a.json");
  expect(await readdir(join(results.folder, "text"))).toEqual([]);
});

test("a name exists when any kind of file stands under it", async () => {
  const exists = resultExistsIn(results.folder);
  expect(exists("text", "a.json")).toBe(false);
  await mkdir(join(results.folder, "text", "folder"), { recursive: true });
  await writeFile(join(results.folder, "text", "a.json"), "");
  expect([exists("text", "a.json"), exists("text", "folder"), exists("image", "a.json")]).toEqual([
    true,
    true,
    false,
  ]);
});

test("a result on a full disk is written when there is space again", async () => {
  const disk = new DiskSpace({
    folders: [results.folder],
    minFreeBytes: 0,
    logger: createLogger("test", "silent"),
  });
  let isFull = true;
  let tries = 0;
  const waiting = new ResultsFolder({
    folder: results.folder,
    store,
    retryWhileFull: (write) =>
      disk.retryWhileFull(async () => {
        tries += 1;
        if (isFull) throw Object.assign(new Error("write"), { code: "ENOSPC" });
        await write();
      }, new AbortController().signal),
  });
  const done = waiting.put(await stored("a.json", 10, "a"));
  await expect.poll(() => tries).toBeGreaterThan(1);
  expect(resultExistsIn(results.folder)("text", "a.json")).toBe(false);
  isFull = false;
  await done;
  expect(await textOf("a.json")).toBe("a".repeat(10));
});

test("clients read paths with the folder's name and URLs with encoded names", () => {
  expect(results.savedAs("text", "a b.json")).toBe(`${results.folder}/text/a b.json`);
  expect(results.savedAs("text", "c.json")).toBe(`${results.folder}/text/c.json`);
  expect(results.url("text", "a b/ü.json")).toBe("/results/text/a%20b%2F%C3%BC.json");
});

async function stored(
  name: string,
  bytes: number,
  character: string,
): Promise<ResultFile & { readonly sha256: string }> {
  const { key, sha256 } = await store.put(Buffer.alloc(bytes, character), { group: "job" });
  return { task: "text", name, key, bytes, sha256 };
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

function textOf(name: string): Promise<string> {
  return readFile(join(results.folder, "text", name), "utf8");
}

/** Temporary files that are still in the folder. */
async function leftovers(): Promise<string[]> {
  return await readdir(join(results.folder, ".tmp")).catch(() => []);
}
