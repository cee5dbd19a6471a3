import { expect, test } from "vitest";
import { jobName } from "./jobName.ts";

test.each([
  ["one file by its name", ["a.txt"], "a.txt"],
  ["one file in a folder by its name, too", ["scans/a.txt"], "a.txt"],
  ["files without a folder by the first one", ["a.txt", "b.txt", "c.txt"], "a.txt and 2 more"],
  ["files of one folder by it", ["scans/a.txt", "scans/b.txt"], "scans"],
  ["files of several folders by the one that all are in", ["s/may/1/a", "s/may/2/b", "s/may/c"], "s/may"],
  ["folders that only begin alike are two", ["scans/a", "scans-2/b"], "a and 1 more"],
  ["a file outside of the folder", ["scans/a", "b"], "a and 1 more"],
  ["no file", [], "no files"],
])("a job is named: %s", (_, paths, name) => {
  const files = paths.map((path) => {
    const filename = path.slice(path.lastIndexOf("/") + 1);
    return path === filename ? { filename } : { filename, path };
  });
  expect(jobName(files)).toBe(name);
});

test("a long name is cut to 200 characters, and the number of files is kept", () => {
  const [one, two] = [
    jobName([{ filename: "x".repeat(300) }]),
    jobName(Array(3).fill({ filename: "y".repeat(300) })),
  ];
  expect([one.length, two.length]).toEqual([200, 200]);
  expect(two.endsWith("… and 2 more")).toBe(true);
});
