import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireFiles, savePath } from "./namedFiles.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-named-"));
  await mkdir(join(folder, "tables"));
  await writeFile(join(folder, "rows.csv"), "a,b\n1,2\n");
});
afterAll(() => rm(folder, { recursive: true }));

test("files that are named are looked at before anything is sent", async () => {
  await requireFiles([join(folder, "rows.csv")]);
  const missing = join(folder, "rows.cvs");
  await expect(requireFiles([join(folder, "rows.csv"), missing])).rejects.toMatchObject({
    code: "usage",
    message: `${missing}: There is no such file.`,
  });
  await expect(requireFiles([join(folder, "tables")])).rejects.toThrow(
    "tables is a folder; a file is needed.",
  );
});

test("a result goes to the path that is given, and into a folder under its own name", async () => {
  expect(await savePath(undefined, "rows_model.json")).toBe("rows_model.json");
  expect(await savePath(join(folder, "m.json"), "rows_model.json")).toBe(join(folder, "m.json"));
  expect(await savePath(join(folder, "tables"), "rows_model.json")).toBe(
    join(folder, "tables", "rows_model.json"),
  );
  expect(await savePath(join(folder, "new/"), "rows_model.json")).toBe(
    join(folder, "new", "rows_model.json"),
  );
});
