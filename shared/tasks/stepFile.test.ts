import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localFile } from "./local.ts";
import { stepFile } from "./stepFile.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "step-file-"));
});
afterEach(() => rm(root, { recursive: true }));

const WORD = localFile("two.txt", Buffer.from("two"));

async function partOf(text: string) {
  const path = join(root, "pack");
  await writeFile(path, text);
  return stepFile({ ...WORD, body: { path, start: 4 } });
}

test("of a file that holds others, too, a step sees its own bytes only", async () => {
  const file = await partOf("one two three");
  expect((await file.read()).toString()).toBe("two");
  expect((await file.slice(1, 100)).toString()).toBe("wo");
});

test.each(["one tw? three", "one tw"])(
  "bytes that are not what they were are input_lost: %s",
  async (text) => {
    const file = await partOf(text);
    const lost = { code: "input_lost", message: expect.stringContaining("two.txt") };
    await expect(file.read()).rejects.toMatchObject(lost);
    await expect(file.slice(0, 1)).rejects.toMatchObject(lost);
  },
);
