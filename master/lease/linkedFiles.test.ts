import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFolderStore } from "../store/folder/folderStore.ts";
import type { ByteStore } from "../store/port.ts";
import { LinkedFiles } from "./linkedFiles.ts";

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
  test("are linked without a copy, and the links can be removed", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    const large = await put(store, Buffer.alloc(100_000, 7));
    const linked = new LinkedFiles(store.localFiles, folder);
    expect(linked.add(0, large)).toBe(true);
    const { 0: file } = linked.field().files;
    expect(file).toEqual({
      filename: "a",
      name: expect.any(String),
      bytes: 100_000,
      sha256: large.ref.sha256,
    });
    expect(await readFile(join(folder, file?.name ?? ""))).toEqual(Buffer.alloc(100_000, 7));
    await linked.removeLinks();
    expect(await readdir(folder)).toEqual(["proof"]);
    expect((await store.read(large.ref.key)).length).toBe(100_000);
    await store.close();
  });

  test("in one pack share a link, and each says where in it its bytes begin", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    const linked = new LinkedFiles(store.localFiles, folder);
    const words = ["one", "three", "eleven"];
    for (const [index, word] of words.entries())
      expect(linked.add(index, await put(store, Buffer.from(word)))).toBe(true);
    const files = Object.values(linked.field().files);
    expect(new Set(files.map(({ name }) => name)).size).toBe(1);
    const pack = await readFile(join(folder, files[0]?.name ?? ""));
    expect(files.map(({ start = 0, bytes }) => pack.toString("utf8", start, start + bytes))).toEqual(words);
    await linked.removeLinks();
    expect(await readdir(folder)).toEqual(["proof"]);
    await store.close();
  });

  test("that are gone, or for which there is no folder any more, are to be sent", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    for (const bytes of [100_000, 10]) {
      const file = await put(store, Buffer.alloc(bytes, 7));
      expect(new LinkedFiles(store.localFiles, join(root, "gone")).add(0, file)).toBe(false);
      await store.remove([file.ref.key]);
      expect(new LinkedFiles(store.localFiles, folder).add(0, file)).toBe(false);
    }
    await store.close();
  });
});
