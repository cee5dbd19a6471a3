import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFolderStore } from "../store/folder/folderStore.ts";
import type { ByteStore } from "../store/port.ts";
import { LaidDown, provenFolder } from "./laidDown.ts";

const put = async (store: ByteStore, bytes: Buffer) => ({
  ref: { filename: "a.txt", ...(await store.put(bytes)) },
  name: "a",
});
const PROOF = "0123456789abcdef0123456789abcdef";
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "handover-"));
  folder = join(root, "slave");
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, "proof"), PROOF);
});
afterEach(() => rm(root, { recursive: true }));

describe("a slave's handover folder", () => {
  test("is used when its proof reads as the slave said", async () => {
    expect(await provenFolder({ folder, proof: PROOF })).toBe(folder);
  });

  test("is not used without an offer, or with another proof", async () => {
    expect(await provenFolder(undefined)).toBeUndefined();
    expect(await provenFolder({ folder, proof: "f".repeat(32) })).toBeUndefined();
  });

  test("is not used when it cannot be found, or not from everywhere", async () => {
    expect(await provenFolder({ folder: join(root, "other"), proof: PROOF })).toBeUndefined();
    expect(await provenFolder({ folder: relative(process.cwd(), folder), proof: PROOF })).toBeUndefined();
  });

  test("is not used when others of this machine may look into it", async () => {
    await chmod(folder, 0o750);
    expect(await provenFolder({ folder, proof: PROOF })).toBeUndefined();
  });

  test("is not used through links, of itself or of its proof", async () => {
    await symlink(folder, join(root, "link"));
    expect(await provenFolder({ folder: join(root, "link"), proof: PROOF })).toBeUndefined();
    await rm(join(folder, "proof"));
    await writeFile(join(root, "elsewhere"), PROOF);
    await symlink(join(root, "elsewhere"), join(folder, "proof"));
    expect(await provenFolder({ folder, proof: PROOF })).toBeUndefined();
  });
});

describe("files of a lease", () => {
  test("are laid down without a copy, and can be taken back", async () => {
    const store = await openFolderStore({ folder: join(root, "store") });
    const large = await put(store, Buffer.alloc(100_000, 7));
    const laidDown = new LaidDown(store, folder);
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
    const laidDown = new LaidDown(store, folder);
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
      expect(new LaidDown(store, join(root, "gone")).add(0, file)).toBe(false);
      await store.remove([file.ref.key]);
      expect(new LaidDown(store, folder).add(0, file)).toBe(false);
    }
    await store.close();
  });
});
