import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { assign, type Fleet, startFleet } from "./fleet.ts";

const fleets: Fleet[] = [];
afterEach(async () => void (await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()))));

test("a master with another record overwrites nothing that stands in the results folder", async () => {
  const first = await fleetWith({});
  const before = await saved(first, "one two three");
  const second = await fleetWith({ RESULTS_DIR: first.results });
  const after = await saved(second, "one");
  expect(before.saved_as).toBe(`${first.results}/text/note_analysis.json`);
  expect(after.saved_as).toMatch(/\/text\/note-[0-9A-Z]{26}_analysis\.json$/);
  expect(after.saved_as).not.toBe(before.saved_as);
  expect(await words(before.saved_as)).toBe(3);
  expect(await words(after.saved_as)).toBe(1);
  const third = await saved(first, "one two");
  expect(new Set([before.saved_as, after.saved_as, third.saved_as]).size).toBe(3);
  expect(await readdir(join(first.results, "text"))).toHaveLength(3);
});

async function fleetWith(env: Record<string, string>): Promise<Fleet> {
  const fleet = await startFleet(env);
  fleets.push(fleet);
  await fleet.slave();
  await fleet.alive(1);
  return fleet;
}

async function saved({ master }: Fleet, text: string) {
  const { body } = await assign(master.url, [{ name: "note.txt", body: Buffer.from(text) }], {
    task: "text",
  });
  const [file] = body.files;
  return { ...file, saved_as: file?.saved_as ?? "" };
}

async function words(path: string): Promise<number> {
  return (JSON.parse(await readFile(path, "utf8")) as { word_count: number }).word_count;
}
