import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder } from "../../tests/standin/cliFolder.ts";
import { type Collected, type CollectOptions, collect } from "./collect.ts";
import { collectInChunks } from "./stream.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

const OPTIONS: CollectOptions = { extensions: [".txt"], stdinName: "" };

async function chunks(paths: readonly string[], options = OPTIONS): Promise<Collected[]> {
  const all: Collected[] = [];
  for await (const chunk of collectInChunks(paths, options)) all.push(chunk);
  return all;
}

const at = (...names: readonly string[]) => names.map((name) => join(folder.path, name));
const sorted = (found: readonly Collected[]) =>
  found.flatMap(({ inputs }) => inputs.map(({ path }) => resolve(path))).toSorted();

test("each file comes once, from folders that overlap, patterns, and names", async () => {
  const names = ["d/a.txt", "d/b/c.txt", "d/b/.hidden/e.txt", "d/.dot.txt", "d/x.bin", "d/y.bin"];
  await folder.files(Object.fromEntries(names.map((name) => [name, "one"])));
  await symlink(join(folder.path, "d"), join(folder.path, "d/b/up"));
  const given = at("d/x.bin", "d/b/*.txt", "d", "d/b", "d", "d/b/.hidden", "d/a.txt", "none.txt");
  const found = await chunks(given);
  expect(sorted(found)).toEqual(at("d/a.txt", "d/b/.hidden/e.txt", "d/b/c.txt", "d/x.bin").toSorted());
  expect(found.flatMap(({ leftOut }) => leftOut).toSorted()).toEqual(at("d/b/up", "d/y.bin"));
  expect(found.flatMap(({ problems }) => problems)).toMatchObject([
    { path: at("none.txt")[0], code: "not_found" },
  ]);
});

test("a folder of many files comes in chunks, and collects as a whole in the order of the paths", async () => {
  await mkdir(join(folder.path, "many/deep"), { recursive: true });
  const names = Array.from({ length: 2_500 }, (_, index) => `many/${index % 2 ? "deep/" : ""}${index}.txt`);
  await Promise.all(names.map((name) => writeFile(join(folder.path, name), "")));
  const found = await chunks(at("many"));
  expect(Math.max(...found.map(({ inputs }) => inputs.length))).toBeLessThanOrEqual(1_000);
  expect(sorted(found)).toEqual(at(...names).toSorted());
  const { inputs } = await collect(at("many"), OPTIONS);
  expect(inputs.map(({ path }) => path)).toEqual(at(...names).toSorted());
});

test("a folder that is left out is not looked into, and one that cannot be read is told of", async () => {
  await folder.files({ "d/a.txt": "", "d/out/b.txt": "", "d/closed/c.txt": "" });
  await chmod(join(folder.path, "d/closed"), 0);
  const found = await chunks(at("d"), { ...OPTIONS, without: at("d/out") });
  // Root may read everything.
  const closed = process.getuid?.() === 0 ? at("d/closed/c.txt") : [];
  expect(sorted(found)).toEqual([...at("d/a.txt"), ...closed].toSorted());
  const codes = found.flatMap(({ problems }) => problems.map(({ code }) => code));
  expect(codes).toEqual(process.getuid?.() === 0 ? [] : ["not_readable"]);
  await chmod(join(folder.path, "d/closed"), 0o700);
});
