import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

const fleets: RunningFleet[] = [];
afterEach(async () => void (await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()))));

test("a master with another record overwrites nothing that stands in the results folder", async () => {
  const first = await fleetWith({});
  const before = await saved(first, "one two three");
  const second = await fleetWith({ RESULTS_DIR: first.results });
  const after = await saved(second, "one");
  expect(before.saved_as).toBe(`${first.results}/text/note_analysis.json`);
  expect(after.saved_as).toBe(`${first.results}/text/note_analysis-2.json`);
  expect(await words(before.saved_as)).toBe(3);
  expect(await words(after.saved_as)).toBe(1);
  const third = await saved(first, "one two");
  expect(new Set([before.saved_as, after.saved_as, third.saved_as]).size).toBe(3);
  expect(await readdir(join(first.results, "text"))).toHaveLength(3);
});

test("ON_EXISTING=replace: a later job has the name, the earlier one its result at another address, also after a kill", async () => {
  const fleet = await fleetWith({ ON_EXISTING: "replace" });
  const earlier = await saved(fleet, "one two three");
  expect(earlier.saved_as).toBe(`${fleet.results}/text/note_analysis.json`);
  const twins = await assign(fleet.master.url, [note("one"), note("one two")], { task: "text" });
  const [first, second] = twins.body.files;
  expect(first?.saved_as).toBe(earlier.saved_as);
  expect(second?.saved_as).toBe(`${fleet.results}/text/note_analysis-2.json`);
  const check = async () => {
    const { attachments, files } = await job(fleet.master.url, earlier.job_id);
    expect([attachments, files]).toMatchObject([[], [{ state: "done", replaced_by: twins.body.job_id }]]);
    expect(files[0]).not.toHaveProperty("saved_as");
    expect(files[0]?.url).toBe(`/jobs/${earlier.job_id}/results/note_analysis.json`);
    expect(await wordsAt(`${fleet.master.url}${files[0]?.url}`)).toBe(3);
    expect(await wordsAt(`${fleet.master.url}${first?.url}`)).toBe(1);
    expect(await words(earlier.saved_as)).toBe(1);
    expect(await readdir(join(fleet.results, "text"))).toHaveLength(2);
  };
  await check();
  await rm(earlier.saved_as);
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  await until("the result to be restored", async () =>
    (await readdir(join(fleet.results, "text"))).length === 2 ? true : undefined,
  );
  await check();
  await fetch(`${fleet.master.url}/jobs/${earlier.job_id}?purge=true`, { method: "DELETE" });
  expect(await words(earlier.saved_as)).toBe(1);
});

test("ON_EXISTING=replace: a job that ends without a result gives the name back", async () => {
  const fleet = await fleetWith({ ON_EXISTING: "replace" });
  const earlier = await saved(fleet, "one two three");
  const failing = await assign(fleet.master.url, [{ name: "note.txt", body: Buffer.alloc(300_000) }], {
    task: "text",
  });
  expect(failing.body.files).toMatchObject([{ state: "failed" }]);
  const { files } = await job(fleet.master.url, earlier.job_id);
  expect(files).toMatchObject([{ saved_as: earlier.saved_as }]);
  expect(files[0]).not.toHaveProperty("replaced_by");
  expect(await words(earlier.saved_as)).toBe(3);
});

test("a task's folder that cannot be used keeps the master from starting, with its path and its variable", async () => {
  const start = startFleet({}, async (folder) => {
    await mkdir(join(folder, "processed_results"));
    await writeFile(join(folder, "processed_results", "text"), "in the way");
  });
  await expect(start).rejects.toThrow(
    /processed_results\/text cannot be used \(there is a file of this name\).*set RESULTS_DIR/,
  );
});

async function fleetWith(env: Record<string, string>): Promise<RunningFleet> {
  const fleet = await startFleet(env);
  fleets.push(fleet);
  await fleet.slave();
  await fleet.alive(1);
  return fleet;
}

async function saved({ master }: RunningFleet, text: string) {
  const { body } = await assign(master.url, [{ name: "note.txt", body: Buffer.from(text) }], {
    task: "text",
  });
  const [file] = body.files;
  return { ...file, job_id: body.job_id, saved_as: file?.saved_as ?? "" };
}

function note(text: string) {
  return { name: "note.txt", body: Buffer.from(text) };
}

async function wordsAt(url: string): Promise<number> {
  return ((await (await fetch(url)).json()) as { word_count: number }).word_count;
}

async function words(path: string): Promise<number> {
  return (JSON.parse(await readFile(path, "utf8")) as { word_count: number }).word_count;
}
