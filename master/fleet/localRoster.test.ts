import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LocalRoster } from "./localRoster.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "roster-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("of writes at the same moment the last one is kept", async () => {
  const file = join(folder, "data", "slaves.json");
  const roster = new LocalRoster(file);
  expect(await roster.read()).toEqual([]);
  await Promise.all([[1], [1, 2], [1, 2, 3], []].map((slots) => roster.write(slots)));
  expect(await new LocalRoster(file).read()).toEqual([]);
  await Promise.all([[4], [4, 5]].map((slots) => roster.write(slots)));
  expect(await new LocalRoster(file).read()).toEqual([4, 5]);
});
