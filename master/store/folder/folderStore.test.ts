import { fork } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { keyOf, placeOf } from "../key.ts";
import { localFilesContract } from "../localFiles.contract.ts";
import type { ByteStore } from "../port.ts";
import { storeContract } from "../store.contract.ts";
import { type FolderStoreOptions, openFolderStore } from "./folderStore.ts";

storeContract("folder, packs of 10 KB", () => underTest({ packBytes: 10_000 }));
storeContract("folder, as it is by default", () => underTest({}));
storeContract("folder, what was put last in memory too", () => underTest({ recentBytes: 3_000 }));
storeContract("folder, every object a file", () => underTest({ smallBytes: 0 }));
localFilesContract("folder", () => underTest({}));
localFilesContract("folder, what was put last in memory too", () => underTest({ recentBytes: 3_000 }));

async function underTest(options: Omit<FolderStoreOptions, "folder">) {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-store-"));
  const opened: ByteStore[] = [];
  return {
    open: async () => {
      const store = await openFolderStore({ folder, ...options });
      opened.push(store);
      return store;
    },
    cleanUp: async () => {
      // Stores that were left open, as after a kill, are closed too: their descriptors are in use.
      await Promise.allSettled(opened.map((store) => store.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test.each([100_000, 100])(
  "objects of %i bytes that are not durable are synced by flushAll alone",
  async (bytes) => {
    const folder = await mkdtemp(join(tmpdir(), "manyhands-store-"));
    const store = await openFolderStore({ folder });
    const own = await open(folder);
    const datasync = vi.spyOn(Object.getPrototypeOf(own), "datasync");
    await store.put(Buffer.alloc(bytes), { durable: false });
    const gone = await store.put(Buffer.alloc(bytes), { durable: false });
    await store.remove([gone.key]);
    await store.flush();
    expect(datasync).toHaveBeenCalledTimes(0);
    await store.put(Buffer.alloc(bytes));
    await store.flush();
    expect(datasync).toHaveBeenCalledTimes(1);
    await store.flushAll();
    expect(datasync).toHaveBeenCalledTimes(2);
    await store.flushAll();
    expect(datasync).toHaveBeenCalledTimes(2);
    datasync.mockRestore();
    await own.close();
    await store.close();
    await rm(folder, { recursive: true });
  },
);

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "manyhands-store-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("what a kill leaves", () => {
  test("a pack cut at any byte keeps each object that is whole, and takes new ones", async () => {
    const { folder, keys, ends, pack } = await packOfThree("cut");
    for (let size = 0; size < (ends.at(-1) ?? 0); size += 1) {
      const copy = join(root, "cut-copy");
      await cp(folder, copy, { recursive: true });
      await truncate(join(copy, "packs", pack), size);
      const store = await openFolderStore({ folder: copy });
      const whole = ends.filter((end) => end <= size).length;
      for (const [place, key] of keys.entries()) {
        expect(await store.stat(key), `${key} of a pack of ${size} bytes`).toEqual(
          place < whole ? { bytes: 10 * place } : undefined,
        );
      }
      const { key } = await store.put(Buffer.from("new"));
      expect((await store.read(key)).toString()).toBe("new");
      await store.close();
      await rm(copy, { recursive: true });
    }
  });

  test("blocks of zeros behind the last whole object are cut off", async () => {
    const { folder, keys, pack } = await packOfThree("zeros");
    const path = join(folder, "packs", pack);
    const size = (await stat(path)).size;
    await appendFile(path, Buffer.alloc(5_000));
    const store = await openFolderStore({ folder });
    const found: string[] = [];
    for await (const keys of store.list("g")) found.push(...keys);
    expect(found.sort()).toEqual([...keys].sort());
    expect((await stat(path)).size).toBeLessThan(size + 100);
    await store.close();
  });

  test("temporary files are removed at the next start", async () => {
    const folder = join(root, "temporary");
    await (await openFolderStore({ folder })).close();
    await writeFile(join(folder, "tmp", "half"), "half");
    await (await openFolderStore({ folder })).close();
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  test("a process killed in the middle of its puts loses none that it told of", async () => {
    const folder = join(root, "killed");
    const child = fork(
      join(import.meta.dirname, "../../../tests/fixtures/store/putUntilKilled.ts"),
      [folder],
      {
        execArgv: ["--import", "tsx"],
      },
    );
    const told: { readonly key: string; readonly text: string }[] = [];
    child.on("message", (message: (typeof told)[number]) => {
      told.push(message);
      if (told.length === 400) child.kill("SIGKILL");
    });
    await once(child, "exit");
    const store = await openFolderStore({ folder });
    for (const { key, text } of told) expect((await store.read(key)).toString()).toBe(text);
    await store.close();
  });
});

describe("room on the disk", () => {
  test("when everything is removed nothing is left, of this run and of the one before", async () => {
    const folder = join(root, "freed");
    const first = await openFolderStore({ folder, packBytes: 2_000 });
    const before = await Promise.all(contents(50).map((content) => first.put(content)));
    await first.close();
    const store = await openFolderStore({ folder, packBytes: 2_000 });
    const after = await Promise.all(contents(50).map((content) => store.put(content)));
    expect((await readdir(join(folder, "packs"))).length).toBeGreaterThan(5);
    await store.remove([...before, ...after].map(({ key }) => key));
    expect(await readdir(join(folder, "packs"))).toEqual([]);
    expect((await store.put(Buffer.from("on it goes"))).bytes).toBe(10);
    await store.close();
  });

  test("puts and removals at the same time lose nothing", async () => {
    const store = await openFolderStore({ folder: join(root, "races"), packBytes: 3_000 });
    const kept: { readonly key: string; readonly content: Buffer }[] = [];
    const work = contents(400).map(async (content, place) => {
      const { key } = await store.put(content);
      if (place % 20 === 0) kept.push({ key, content });
      else await store.remove([key]);
    });
    await Promise.all(work);
    for (const { key, content } of kept) expect(await store.read(key)).toEqual(content);
    await store.close();
  });

  test("2,000 objects read at the same time keep few files open", async () => {
    const store = await openFolderStore({ folder: join(root, "descriptors"), packBytes: 500 });
    const stored = await Promise.all(contents(1_000).map((content) => store.put(content)));
    const large = await Promise.all(
      contents(100).map((content) => store.put(Buffer.concat([content, Buffer.alloc(70_000)]))),
    );
    const before = (await openDescriptors()).length;
    let most = 0;
    const reads = [...stored, ...large].map(({ key }) => store.read(key));
    const waiting = await Promise.all(large.map(({ key }) => store.get(key)));
    for (let place = 0; place < 20; place += 1) most = Math.max(most, (await openDescriptors()).length);
    await Promise.all(reads);
    expect(most - before).toBeLessThan(64);
    for (const stream of waiting) stream.destroy();
    await store.close();
  });
});

describe("safety", () => {
  test("a folder of the store that is a symbolic link is refused", async () => {
    const folder = join(root, "linked");
    const elsewhere = join(root, "elsewhere");
    await mkdir(folder);
    await mkdir(elsewhere);
    await symlink(elsewhere, join(folder, "packs"));
    await expect(openFolderStore({ folder })).rejects.toMatchObject({ code: "bad_folder" });
  });

  test("a symbolic link in the place of a large object is not followed", async () => {
    const folder = join(root, "swapped");
    const store = await openFolderStore({ folder });
    const { key } = await store.put(Buffer.alloc(70_000, "a"));
    await store.flush();
    const path = store.localFiles.pathOf(key) ?? "";
    await writeFile(join(root, "secret"), Buffer.alloc(70_000, "s"));
    await rm(path);
    await symlink(join(root, "secret"), path);
    expect(await store.stat(key)).toBeUndefined();
    await expect(store.read(key)).rejects.toThrow();
    await expect(store.get(key)).rejects.toMatchObject({ code: "not_stored" });
    await store.close();
  });

  test("a key with another group, place or length than its object finds nothing", async () => {
    const store = await openFolderStore({ folder: join(root, "forged") });
    const { key } = await store.put(Buffer.from("hello world"), { group: "mine" });
    const place = placeOf(key);
    if (place?.kind !== "packed") throw new Error("a small object lies in a pack");
    for (const wrong of [{ group: "your" }, { offset: 1 }, { bytes: 10 }]) {
      const forged = keyOf({ ...place, ...wrong });
      await expect(store.read(forged)).rejects.toMatchObject({ code: "not_stored" });
      expect(await store.stat(forged)).toBeUndefined();
      await store.remove([forged]);
    }
    expect((await store.read(key)).toString()).toBe("hello world");
    await store.close();
  });

  test("a large object that a power loss cut short is not whole", async () => {
    const store = await openFolderStore({ folder: join(root, "short") });
    const { key } = await store.put(Buffer.alloc(70_000, "a"));
    await truncate(store.localFiles.pathOf(key) ?? "", 69_999);
    expect(await store.isWhole(key)).toBe(false);
    await store.close();
  });

  test("a flipped bit is damaged_object, never other bytes", async () => {
    const { folder, keys, ends, pack } = await packOfThree("flipped");
    const path = join(folder, "packs", pack);
    const bytes = await readFile(path);
    const last = (ends[2] ?? 0) - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    const store = await openFolderStore({ folder });
    await writeFile(path, bytes);
    await expect(store.read(keys[2] ?? "")).rejects.toMatchObject({ code: "damaged_object" });
    expect(await store.isWhole(keys[2] ?? "")).toBe(false);
    expect(await store.isWhole(keys[1] ?? "")).toBe(true);
    await store.close();
  });

  test("an object of a pack that is not there is not located", async () => {
    const store = await openFolderStore({ folder: join(root, "places") });
    const small = await store.put(Buffer.from("small"), { group: "mine" });
    expect(store.localFiles.locate(small.key.replace(/\.p[^.]+/, ".pnone-1"))).toBeUndefined();
    await store.close();
  });
});

/** A pack with objects of 0, 10 and 20 bytes, without a footer, as after a kill. */
async function packOfThree(name: string) {
  const folder = join(root, name);
  const store = await openFolderStore({ folder });
  const keys: string[] = [];
  const ends: number[] = [];
  let pack = "";
  for (const size of [0, 10, 20]) {
    keys.push((await store.put(Buffer.alloc(size, "x"), { group: "g" })).key);
    [pack = ""] = await readdir(join(folder, "packs"));
    ends.push((await stat(join(folder, "packs", pack))).size);
  }
  await store.close();
  await truncate(join(folder, "packs", pack), ends.at(-1));
  return { folder, keys, ends, pack };
}

function contents(count: number): Buffer[] {
  return Array.from({ length: count }, (_, place) => Buffer.from(`content of object ${place} `.repeat(5)));
}

/** Open descriptors of this process; empty on a system that does not list them. */
async function openDescriptors(): Promise<string[]> {
  return await readdir("/proc/self/fd").catch(() => []);
}
