import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Handover } from "./handover.ts";

const IN = `in-${"a".repeat(32)}`;
const SHA256 = "b".repeat(64);
let root: string;
let folder: string;
let handover: Handover;

const handed = (more: { start?: number }) => ({
  filename: "a.txt",
  name: IN,
  bytes: 5,
  sha256: SHA256,
  ...more,
});

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "handover-"));
  folder = join(root, "handover");
});
afterEach(async () => {
  handover.close();
  vi.useRealTimers();
  await rm(root, { recursive: true });
});

test("a file that the master linked is moved into the folder of the lease", async () => {
  handover = await Handover.open(folder);
  expect(await readFile(join(folder, "proof"), "utf8")).toBe(handover.about.proof);
  await writeFile(join(folder, IN), "hello");
  const [file] = await handover.receive([handed({})], root);
  expect(file).toEqual({ filename: "a.txt", bytes: 5, sha256: SHA256, body: { path: join(root, IN) } });
  expect(await readFile(join(root, IN), "utf8")).toBe("hello");
  expect(await readdir(folder)).toEqual(["proof"]);
});

test("files that lie in one are moved together", async () => {
  handover = await Handover.open(folder);
  await writeFile(join(folder, IN), "one, two, three");
  const files = await handover.receive([handed({ start: 0 }), handed({ start: 10 })], root);
  const path = join(root, IN);
  expect(files.map(({ body }) => body)).toEqual([
    { path, start: 0 },
    { path, start: 10 },
  ]);
});

test("what is not there, has another size or is no plain file is refused", async () => {
  handover = await Handover.open(folder);
  const receive = (...parts: { start?: number }[]) =>
    handover.receive(parts.length === 0 ? [handed({})] : parts.map(handed), root);
  await expect(receive()).rejects.toMatchObject({ code: "bad_handover" });
  await writeFile(join(folder, IN), "longer than said");
  await expect(receive()).rejects.toMatchObject({ code: "bad_handover" });
  await writeFile(join(folder, IN), "one two");
  await expect(receive({ start: 0 }, { start: 3 })).rejects.toMatchObject({ code: "bad_handover" });
  await writeFile(join(root, "five"), "12345");
  await symlink(join(root, "five"), join(folder, IN));
  await expect(receive()).rejects.toMatchObject({ code: "bad_handover" });
});

test("results are offered under names that cannot be guessed, and can be withdrawn", async () => {
  handover = await Handover.open(folder);
  await Promise.all(["a", "b"].map((name) => writeFile(join(root, name), name)));
  const names = [await handover.offer(join(root, "a")), await handover.offer(join(root, "b"))] as const;
  expect(names[0]).toMatch(/^out-[0-9a-f]{32}$/);
  expect(await readFile(join(folder, names[1]), "utf8")).toBe("b");
  await rm(join(folder, names[0]));
  await handover.takeBack(names);
  expect(await readdir(folder)).toEqual(["proof"]);
});

test("what no master took for ten minutes is removed", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  handover = await Handover.open(folder);
  await writeFile(join(root, "a"), "a");
  const name = await handover.offer(join(root, "a"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await readdir(folder)).toContain(name);
  const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 11 * 60_000);
  await vi.advanceTimersByTimeAsync(60_000);
  await expect.poll(() => readdir(folder)).toEqual(["proof"]);
  later.mockRestore();
});
