import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFolderStore } from "../store/folder/folderStore.ts";
import type { ByteStore } from "../store/port.ts";
import { LaidDown } from "./laidDown.ts";

const put = async (store: ByteStore, bytes: Buffer) => ({
  ref: { filename: "a.txt", ...(await store.put(bytes)) },
  name: "a",
});
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "handover-"));
  folder = join(root, "slave");
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, "proof"), "0123456789abcdef0123456789abcdef");
});
afterEach(() => rm(root, { recursive: true }));

describe("files of a lease", () => {
  test("are laid down without a copy, and can be taken back", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    const large = await put(store, Buffer.alloc(100_000, 7));
    const laidDown = new LaidDown(store.localFiles, folder);
    expect(laidDown.add(0, large)).toBe(true);
    const { 0: file } = laidDown.field().files;
    expect(file).toEqual({
      filename: "a",
      name: expect.any(String),
      bytes: 100_000,
      sha256: large.ref.sha256,
    });
    expect(await readFile(join(folder, file?.name ?? ""))).toEqual(Buffer.alloc(100_000, 7));
    await laidDown.takeBack();
    expect(await readdir(folder)).toEqual(["proof"]);
    expect((await store.read(large.ref.key)).length).toBe(100_000);
    await store.close();
  });

  test("that lie in one pack share a link, and their places in it are said", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    const laidDown = new LaidDown(store.localFiles, folder);
    const words = ["one", "three", "eleven"];
    for (const [place, word] of words.entries())
      expect(laidDown.add(place, await put(store, Buffer.from(word)))).toBe(true);
    const files = Object.values(laidDown.field().files);
    expect(new Set(files.map(({ name }) => name)).size).toBe(1);
    const pack = await readFile(join(folder, files[0]?.name ?? ""));
    expect(files.map(({ start = 0, bytes }) => pack.toString("utf8", start, start + bytes))).toEqual(words);
    await laidDown.takeBack();
    expect(await readdir(folder)).toEqual(["proof"]);
    await store.close();
  });

  test("that are gone, or for which there is no folder any more, are to be sent", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    for (const bytes of [100_000, 10]) {
      const file = await put(store, Buffer.alloc(bytes, 7));
      expect(new LaidDown(store.localFiles, join(root, "gone")).add(0, file)).toBe(false);
      await store.remove([file.ref.key]);
      expect(new LaidDown(store.localFiles, folder).add(0, file)).toBe(false);
    }
    await store.close();
  });
});
