import { randomBytes } from "node:crypto";
import { link, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ByteStore, LocalFiles } from "./port.ts";
import type { StoreUnderTest } from "./store.contract.ts";
import { expectStored, keysOf, SIZES, sha256 } from "./stored.contract.ts";

/** The laws of LocalFiles, for every driver that has them. */
export function localFilesContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`local files: ${name}`, () => {
    let made: StoreUnderTest;
    let store: ByteStore;
    let folder: string;
    beforeEach(async () => {
      made = await make();
      store = await made.open();
      folder = await mkdtemp(join(tmpdir(), "store-adopt-"));
    });
    afterEach(async () => {
      await store.close();
      await made.cleanUp();
      await rm(folder, { recursive: true });
    });
    objectsHaveFiles(() => store);
    filesAreAdopted(
      () => store,
      () => folder,
    );
  });
}

function objectsHaveFiles(store: () => ByteStore): void {
  test.each(SIZES)("an object of %i bytes is located in a file, from its start on", async (size) => {
    await store().put(Buffer.from("another"), { group: "other" });
    const bytes = randomBytes(size);
    const { key } = await store().put(bytes, { group: "mine" });
    const located = files(store()).locate(key);
    const file = await readFile(located?.path ?? "");
    const start = located?.start ?? 0;
    expect(sha256(file.subarray(start, start + size))).toBe(sha256(bytes));
    // A file that is the object and nothing else is told as such.
    expect(files(store()).pathOf(key)).toBe(located?.start === undefined ? located?.path : undefined);
  });

  test("an object above the size for shared files has a path of its own", async () => {
    const streamed = Readable.from([Buffer.alloc(65_537)]);
    const { key } = await store().put(streamed);
    expect((await stat(files(store()).pathOf(key) ?? "")).size).toBe(65_537);
    const wished = Readable.from([Buffer.alloc(65_537)]);
    const small = await store().put(wished, { smallBytes: 65_537 });
    expect(files(store()).pathOf(small.key)).toBeUndefined();
    expect(files(store()).locate(small.key)?.start).toBeGreaterThan(0);
  });

  test.each(["", "../../etc/passwd", "a/b", "job.p0-1.0.5", "job.f../x-1.5"])(
    "the key %j, which was never given, has no file",
    (key) => {
      expect(files(store()).pathOf(key)).toBeUndefined();
      expect(files(store()).locate(key)).toBeUndefined();
    },
  );
}

function filesAreAdopted(store: () => ByteStore, folder: () => string): void {
  test.each(SIZES)("a file of %i bytes is adopted whole, and is gone from its folder", async (size) => {
    const bytes = randomBytes(size);
    const path = join(folder(), "a");
    await writeFile(path, bytes);
    const stored = await files(store()).adopt(path, { group: "job-1" });
    expect(stored).toEqual({ key: stored.key, bytes: size, sha256: sha256(bytes) });
    await store().flush();
    await expectStored(store(), stored.key, bytes);
    expect(await keysOf(store(), "job-1")).toEqual([stored.key]);
    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a file with a second name is copied, so that a writer of that name cannot change the object", async () => {
    const bytes = randomBytes(200_000);
    await writeFile(join(folder(), "a"), bytes);
    await link(join(folder(), "a"), join(folder(), "b"));
    const { key } = await files(store()).adopt(join(folder(), "a"));
    await writeFile(join(folder(), "b"), "changed");
    await expectStored(store(), key, bytes);
  });

  test("a file of known bytes gets a second name as an object, which stays when the first one goes", async () => {
    const bytes = randomBytes(200_000);
    const path = join(folder(), "a");
    await writeFile(path, bytes);
    const file = { group: "job-1", bytes: bytes.length, sha256: sha256(bytes) };
    const stored = files(store()).link(path, file);
    expect((await lstat(path)).nlink).toBe(2);
    await rm(path);
    await store().flush();
    expect(stored).toMatchObject({ bytes: file.bytes, sha256: file.sha256 });
    await expectStored(store(), stored?.key ?? "", bytes);
    expect(await keysOf(store(), "job-1")).toEqual([stored?.key]);
  });

  test("a small file, a link and a file of another length get no second name", async () => {
    const path = join(folder(), "a");
    await writeFile(path, randomBytes(200_000));
    await symlink(path, join(folder(), "link"));
    const file = { group: "job-1", bytes: 200_000, sha256: "" };
    expect(files(store()).link(join(folder(), "link"), file)).toBeUndefined();
    expect(files(store()).link(path, { ...file, bytes: 199_999 })).toBeUndefined();
    await writeFile(path, "small");
    expect(files(store()).link(path, { ...file, bytes: 5 })).toBeUndefined();
    expect(() => files(store()).link(path, { ...file, group: "../g" })).toThrow();
    expect(await keysOf(store(), "job-1")).toEqual([]);
  });

  test("a link, a folder and a missing file are refused, and nothing is stored", async () => {
    await writeFile(join(folder(), "secret"), randomBytes(200_000));
    await symlink(join(folder(), "secret"), join(folder(), "link"));
    await mkdir(join(folder(), "folder"));
    const adopt = (name: string, group: string) => files(store()).adopt(join(folder(), name), { group });
    for (const name of ["link", "missing"])
      await expect(adopt(name, "g")).rejects.toMatchObject({ code: "not_stored" });
    await expect(adopt("folder", "g")).rejects.toThrow();
    await expect(adopt("secret", "../g")).rejects.toMatchObject({ code: "bad_group" });
    expect(await keysOf(store(), "g")).toEqual([]);
    expect((await lstat(join(folder(), "secret"))).size).toBe(200_000);
  });
}

function files({ localFiles }: ByteStore): LocalFiles {
  if (localFiles === undefined) throw new Error("this driver has no local files");
  return localFiles;
}
