import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder } from "../../tests/standin/cliFolder.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

const PILE = {
  "pile/a.txt": "one",
  "pile/deep/b.png": "2",
  "pile/c.PNG": "3",
  "pile/d.pdf": "4",
  "pile/e.xyz": "5",
  "pile/Makefile": "6",
};

test("files that a folder has beside those of the task are named by extension, with the tasks that take them: exit 5", async () => {
  await folder.files(PILE);
  const { jobs } = await folder.standIn();
  const { code, stdout, stderr } = await folder.run(["upload", "text", "pile"]);
  expect(code).toBe(5);
  expect(jobs[0]?.files.map(({ filename }) => filename)).toEqual(["a.txt"]);
  const [told, ...table] = stderr.split("\n");
  expect(told).toMatch(/^5 of 6 files left out: task text takes \.txt .*\.md.* from folders\.$/);
  expect(table.slice(0, 5).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
    ["FILES", "EXTENSION"],
    ["2", ".png"],
    ["1", "(none)"],
    ["1", ".pdf"],
    ["1", ".xyz"],
  ]);
  expect(table[1]).toContain("image");
  expect(table[3]).toContain("document");
  expect(stdout).toBe("1 file done, 5 left out in 1.5 s  job JOB1\n");
});

test("the hints lead to the right task, and a pattern reaches sub-folders", async () => {
  await folder.files(PILE);
  await folder.standIn();
  const { stderr } = await folder.run(["upload", "text", "pile"]);
  expect(stderr).toContain("from the same folder: manyhands upload image pile\n");
  expect(stderr).toContain("manyhands upload text 'pile/**/*.xyz'\n");
});

test("--json lists each of them with its reason, and the exit code is the same", async () => {
  await folder.files(PILE);
  await folder.standIn();
  const { code, stdout, stderr } = await folder.run(["upload", "text", "pile", "--json"]);
  expect([code, stderr]).toEqual([5, ""]);
  const { left_out } = JSON.parse(stdout);
  expect(left_out.count).toBe(5);
  expect(left_out.files.map(({ path }: { path: string }) => path)).toEqual([
    "pile/Makefile",
    "pile/c.PNG",
    "pile/d.pdf",
    "pile/deep/b.png",
    "pile/e.xyz",
  ]);
  expect(left_out.files[3]).toEqual({
    path: "pile/deep/b.png",
    reason: "extension",
    tasks: expect.arrayContaining(["image", "ocr"]),
  });
});

test("--quiet tells of them in one line", async () => {
  await folder.files(PILE);
  await folder.standIn();
  const { code, stdout, stderr } = await folder.run(["upload", "text", "pile", "--quiet"]);
  expect([code, stdout]).toEqual([5, ""]);
  expect(stderr).toBe("5 of 6 files left out by extension: 2 .png, 1 without extension, 1 .pdf, 1 .xyz\n");
});

test("--skip-others says that they are expected: exit 0, and the document still has them", async () => {
  await folder.files(PILE);
  await folder.standIn();
  const told = await folder.run(["upload", "text", "pile", "--skip-others"]);
  expect([told.code, told.stderr]).toEqual([0, "sending 1 file, 3 bytes\n"]);
  const { code, stdout } = await folder.run(["upload", "text", "pile", "--skip-others", "--json"]);
  expect([code, JSON.parse(stdout).left_out.count]).toEqual([0, 5]);
});

test("a failed file weighs more than files that were left out: exit 1", async () => {
  await folder.files({ ...PILE, "pile/bad.txt": "BAD" });
  await folder.standIn();
  expect((await folder.run(["upload", "text", "pile"])).code).toBe(1);
});

test("a file that is left out of a folder and named as well is sent", async () => {
  await folder.files({ "pile/a.txt": "one", "pile/e.xyz": "5" });
  const { jobs } = await folder.standIn();
  expect((await folder.run(["upload", "text", "pile", "pile/e.xyz"])).code).toBe(0);
  expect(jobs[0]?.files).toHaveLength(2);
});

test("a folder without a file of the task: exit 2, with what it has", async () => {
  await folder.files({ "pile/a.png": "1" });
  const { requests } = await folder.standIn();
  const { code, stderr } = await folder.run(["upload", "audio", "pile"]);
  expect(code).toBe(2);
  expect(stderr).toContain("There is nothing to send. pile: No file in this folder ends in .wav");
  expect(stderr).toContain("1 of 1 file left out");
  expect(requests).toEqual([]);
});

test("--failed-list has the paths that are not done, so that they can be sent again", async () => {
  await folder.files({ "a.txt": "one", "b.txt": "BAD" });
  await folder.standIn();
  const list = join(folder.path, "failed.txt");
  const args = ["upload", "text", "a.txt", "b.txt", "missing.txt", "--failed-list", list];
  expect((await folder.run(args)).code).toBe(1);
  expect(await readFile(list, "utf8")).toBe("missing.txt\nb.txt\n");
  expect((await folder.run(["upload", "text", "a.txt", "--failed-list", list])).code).toBe(0);
  expect(await readFile(list, "utf8")).toBe("");
});

test("a list that cannot be written is refused before anything is sent: exit 1", async () => {
  await folder.files({ "a.txt": "one" });
  const { requests } = await folder.standIn();
  const { code, stderr } = await folder.run(["upload", "text", "a.txt", "--failed-list", "no/such/folder"]);
  expect(code).toBe(1);
  expect(stderr).toContain("The list of failed files cannot be written to no/such/folder (ENOENT).");
  expect(requests).toEqual([]);
});
