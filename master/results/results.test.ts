import { mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnavailableError } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { openRecordFolder } from "../../tests/fixtures/job/recordFolder.ts";
import type { ByteStore } from "../store/port.ts";
import { DiskSpace } from "../upkeep/diskSpace.ts";
import { type ResultFile, ResultsFolder } from "./results.ts";

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
    await results.place(await stored("a.json", bytes, "a"));
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("leaves the file of another owner as it is, and says that the name is taken", async () => {
    for (const [name, place] of Object.entries(OTHERS)) {
      await mkdir(join(results.folder, "text"), { recursive: true });
      await place(join(results.folder, "text", name), bytes);
      const before = await stat(join(results.folder, "text", name));
      expect(await results.place(await stored(name, bytes, "a"))).toBe("taken");
      const after = await stat(join(results.folder, "text", name));
      expect([after.ino, after.size, after.mtimeMs]).toEqual([before.ino, before.size, before.mtimeMs]);
    }
    expect(await leftovers()).toEqual([]);
  });

  test("of many that race for one name has it alone, and the others are told", async () => {
    const all = await Promise.all([..."abcdefgh"].map((letter) => stored("a.json", bytes, letter)));
    const folders = all.map((_, index) => new ResultsFolder({ ...results, store, master: `${index}` }));
    const placed = await Promise.all(all.map((result, index) => folders[index]?.place(result)));
    const [winner, ...others] = all.filter((_, index) => placed[index] === "placed");
    expect(others).toEqual([]);
    expect(await textOf("a.json")).toBe((await store.read(winner?.key ?? "")).toString());
    expect(await leftovers()).toEqual([]);
  });

  test("replaces an older file of its name only when asked to, and leaves the older object as it was", async () => {
    const older = await stored("a.json", bytes, "a");
    await results.place(older);
    const newer = await stored("a.json", bytes, "b");
    expect(await results.place(newer)).toBe("taken");
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    expect(await results.replace(newer)).toBe("placed");
    expect(await textOf("a.json")).toBe("b".repeat(bytes));
    expect((await store.read(older.key)).toString()).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("is placed twice without harm, as a replay does", async () => {
    const result = await stored("a.json", bytes, "a");
    expect(await results.place(result)).toBe("placed");
    expect(await results.place(result)).toBe("placed");
    expect(await results.place(await stored("a.json", bytes, "a"))).toBe("placed");
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    expect(await leftovers()).toEqual([]);
  });

  test("that a power loss cut off or left with zeros is placed whole again", async () => {
    for (const damage of [
      (path: string) => truncate(path, bytes - 3),
      (path: string) => truncate(path, 0),
      (path: string) => writeFile(path, `${"a".repeat(bytes - 3)}\0\0\0`),
    ]) {
      const result = await stored("a.json", bytes, "a");
      await mkdir(join(results.folder, "text"), { recursive: true });
      await writeFile(join(results.folder, "text", "a.json"), "a".repeat(bytes));
      await damage(join(results.folder, "text", "a.json"));
      // Now it may be a file that another owner is writing.
      expect(await results.place(result)).toBe("taken");
      await utimes(join(results.folder, "text", "a.json"), 1, 1);
      expect(await results.place(result)).toBe("placed");
      expect(await textOf("a.json")).toBe("a".repeat(bytes));
      await rm(join(results.folder, "text", "a.json"));
    }
  });

  test("is put although its folder was removed meanwhile", async () => {
    await results.place(await stored("a.json", bytes, "a"));
    await rm(results.folder, { recursive: true });
    await results.place(await stored("b.json", bytes, "b"));
    expect(await textOf("b.json")).toBe("b".repeat(bytes));
  });

  test("cannot replace a folder of its name, and leaves nothing behind", async () => {
    await mkdir(join(results.folder, "text", "a.json", "inside"), { recursive: true });
    expect(await results.replace(await stored("a.json", bytes, "a"))).toBe("taken");
    expect(await readdir(join(results.folder, "text", "a.json"))).toEqual(["inside"]);
    expect(await leftovers()).toEqual([]);
    await results.replace(await stored("b.json", bytes, "b"));
    expect(await textOf("b.json")).toBe("b".repeat(bytes));
  });

  test("whose bytes are not in the store leaves no file", async () => {
    const result = await stored("a.json", bytes, "a");
    await store.remove([result.key]);
    await expect(results.place(result)).rejects.toMatchObject({
      code: missing,
    });
    expect(await readdir(join(results.folder, "text"))).toEqual([]);
  });

  test("is restored where its file is missing or short", async () => {
    const result = await stored("a.json", bytes, "a");
    await results.restore(result);
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
    await rm(join(results.folder, "text", "a.json"));
    await writeFile(join(results.folder, "text", "a.json"), "a");
    await utimes(join(results.folder, "text", "a.json"), 1, 1);
    await results.restore(result);
    expect(await textOf("a.json")).toBe("a".repeat(bytes));
  });

  test("with other bytes of its size is taken for whole unless its digest is known; then the bytes are another's", async () => {
    const { sha256, ...result } = await stored("a.json", bytes, "a");
    await mkdir(join(results.folder, "text"), { recursive: true });
    await writeFile(join(results.folder, "text", "a.json"), "x".repeat(bytes));
    await results.restore(result);
    expect(await textOf("a.json")).toBe("x".repeat(bytes));
    expect(await results.restore({ ...result, sha256 })).toBe("taken");
    expect(await textOf("a.json")).toBe("x".repeat(bytes));
  });

  test("is removed; the file of another owner under its name is not", async () => {
    const { sha256, ...result } = await stored("a.json", bytes, "a");
    await results.place(result);
    await results.remove(result);
    await results.remove(result);
    expect(await readdir(join(results.folder, "text"))).toEqual([]);
    for (const [name, place] of Object.entries(OTHERS)) {
      await place(join(results.folder, "text", name), bytes);
      await results.remove({ ...result, name });
      await results.remove({ ...result, name, sha256 });
    }
    expect(await readdir(join(results.folder, "text"))).toEqual(Object.keys(OTHERS).sort());
  });
});

/** What others have put into the folder. */
const OTHERS: Readonly<Record<string, (path: string, bytes: number) => Promise<unknown>>> = {
  "folder.json": (path) => mkdir(path),
  "larger.json": (path, bytes) => writeFile(path, "a".repeat(bytes + 1)),
  "link.json": async (path, bytes) => {
    await mkdir(join(path, "../../elsewhere"), { recursive: true });
    await writeFile(join(path, "../../elsewhere/a"), "a".repeat(bytes));
    await symlink("../elsewhere/a", path);
  },
  "other.json": (path, bytes) => writeFile(path, "x".repeat(bytes)),
  "smaller.json": (path) => writeFile(path, "x"),
};

test("a large result is a link to the object of the store", async () => {
  const result = await stored("a.json", 200_000, "a");
  await results.place(result);
  expect((await stat(join(results.folder, "text", "a.json"))).nlink).toBe(2);
});

test("large results that replace files at the same time do not mix, in the folder nor in the store", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `${index}.json`);
  await results.place(await stored("first.json", 200_000, "-"));
  await Promise.all(names.map((name) => writeFile(join(results.folder, "text", name), "in the way")));
  const all = await Promise.all(names.map((name, index) => stored(name, 200_000 + index, letter(index))));
  await Promise.all(all.map((result) => results.replace(result)));
  for (const [index, { name, bytes, key }] of all.entries()) {
    const text = letter(index).repeat(bytes);
    expect(await textOf(name)).toBe(text);
    expect((await store.read(key)).toString()).toBe(text);
  }
  expect(await leftovers()).toEqual([]);
});

test("incomplete files of a killed master are swept away; results and files of other masters stay", async () => {
  await results.place(await stored("a.json", 10, "a"));
  const other = new ResultsFolder({ folder: results.folder, store, master: "other" });
  for (const name of ["1", "master/1", "other/1"]) {
    await mkdir(join(results.folder, ".tmp", name, ".."), { recursive: true });
    await writeFile(join(results.folder, ".tmp", name), "half a res");
  }
  await results.sweep();
  expect(await readdir(join(results.folder, ".tmp"), { recursive: true })).toEqual(["other", "other/1"]);
  await other.sweep();
  expect(await readdir(results.folder)).toEqual(["text"]);
  expect(await textOf("a.json")).toBe("a".repeat(10));
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
        return await write();
      }, new AbortController().signal),
  });
  const done = waiting.place(await stored("a.json", 10, "a"));
  await expect.poll(() => tries).toBeGreaterThan(1);
  expect(await readdir(results.folder).catch(() => [])).toEqual([]);
  isFull = false;
  await done;
  expect(await textOf("a.json")).toBe("a".repeat(10));
});

test("a result whose name has a file waits for the store, which tells whose it is", async () => {
  const disk = new DiskSpace({ folders: [], minFreeBytes: 0, logger: createLogger("test", "silent") });
  const result = await stored("a.json", 200_000, "a");
  await results.place(result);
  let asked = 0;
  const away: ByteStore = {
    ...{ put: store.put, read: store.read },
    async get(key: string) {
      asked += 1;
      if (asked === 2 || asked === 3)
        throw new UnavailableError("store_unavailable", "The store does not answer.");
      return await store.get(key);
    },
  } as ByteStore;
  const { signal } = new AbortController();
  const folder = { folder: results.folder, store: away };
  // Another master, which knows nothing of the file, and has no digest of an attachment.
  const other = new ResultsFolder({ ...folder, retryWhileFull: (work) => disk.retryWhileFull(work, signal) });
  expect(await other.place({ ...result, sha256: undefined })).toBe("placed");
  expect(asked).toBe(4);
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
  const all = await readdir(join(results.folder, ".tmp"), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return all.filter((entry) => entry.isFile()).map(({ name }) => name);
}
