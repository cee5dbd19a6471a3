import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { usableFolder } from "./usableFolder.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "manyhands-folder-"));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

test("a folder that is not there is made, with the rights that were asked for", async () => {
  await usableFolder({ folder: join(root, "a/b"), variable: "DATA_DIR", mode: 0o700 });
  const { mode } = await stat(join(root, "a/b"));
  expect(mode & 0o777).toBe(0o700);
});

test("a file in its place is bad_folder, with the variable to set", async () => {
  const file = join(root, "file");
  await writeFile(file, "");
  await expect(usableFolder({ folder: file, variable: "RESULTS_DIR" })).rejects.toMatchObject({
    code: "bad_folder",
    message: `The folder ${file} cannot be used (there is a file of this name). Let this user write there, or set RESULTS_DIR to another folder.`,
  });
});

test("a file on the way to it is bad_folder", async () => {
  await writeFile(join(root, "file"), "");
  await expect(usableFolder({ folder: join(root, "file/data"), variable: "DATA_DIR" })).rejects.toMatchObject(
    { code: "bad_folder", message: expect.stringContaining("a part of its path is a file") },
  );
});
