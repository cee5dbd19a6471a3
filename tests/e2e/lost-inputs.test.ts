import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

test("inputs that a power loss removed fail by name; the other files are done, and no slave is blamed", async () => {
  const files = ["small", "torn", "large"].map((name) => ({
    name: `${name}.txt`,
    body: Buffer.from(`A good day, ${name}. `.repeat(name === "large" ? 20_000 : 2)),
  }));
  const headers = { prefer: "respond-async" };
  const { body } = await assign(fleet.master.url, files, { task: "text", field: "texts", headers });
  await fleet.master.kill("SIGKILL");
  const large = join(fleet.folder, "data", "master", "spool", "large");
  const stored = await readdir(large);
  expect(stored).toHaveLength(1);
  await truncate(join(large, stored[0] ?? ""), 1000);
  await tear(join(fleet.folder, "data", "master", "spool", "packs"), "day, torn");
  await fleet.restartMaster();
  await fleet.slave();
  const { state, files: ended } = await until("the end of the job", async () => {
    const seen = await job(fleet.master.url, body.job_id);
    return isFinal(seen.state) ? seen : undefined;
  });
  expect(state).toBe("partial");
  expect(ended.map((file) => [file.filename, file.state, file.code])).toEqual([
    ["small.txt", "done", undefined],
    ["torn.txt", "failed", "input_lost"],
    ["large.txt", "failed", "input_lost"],
  ]);
  expect(fleet.master.log.join("")).not.toContain("the slave rests before it gets more work");
});

/** Overwrites the words in the file of the folder that has them. */
async function tear(folder: string, words: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    const at = bytes.indexOf(words);
    if (at >= 0) await writeFile(join(folder, name), bytes.fill(0, at, at + words.length));
  }
}
