import { randomBytes } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sharp } from "../../shared/media/picture/sharp.ts";
import { assign, job, type NamedBody, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
let watcher: FSWatcher | undefined;
afterEach(async () => {
  watcher?.close();
  await fleet.stop();
});

test("a slave on the master's machine gets files by links and gives large ones so, and nothing stays behind", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const folder = join(await slaveFolder(), "handover");
  const seen = new Set<string>();
  watcher = watch(folder, (_event, name) => seen.add(name ?? ""));
  const file = await picture();
  const linked = await digestsOf(file);
  expect([...seen].map((name) => name.slice(0, 3)).sort()).toEqual(["in-", "out"]);
  seen.clear();
  const texts = Array.from({ length: 50 }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from(`A good day ${n}. `.repeat(100)),
  }));
  const { body } = await assign(fleet.master.url, texts, { task: "text", field: "texts" });
  const { files } = await job(fleet.master.url, body.job_id);
  expect(files.map(({ state }) => state)).toEqual(texts.map(() => "done"));
  // One link for each lease, to the pack of its inputs.
  expect([...seen].filter((name) => name.startsWith("in-")).length).toBeGreaterThan(0);
  expect(seen.size).toBeLessThan(10);
  expect(await readdir(folder)).toEqual(["proof"]);
  expect(await readdir(join(fleet.folder, "data", "master", "spool", "tmp"))).toEqual([]);

  await fleet.stop();
  fleet = await startFleet();
  await fleet.slave({ HANDOVER: "false" });
  await fleet.alive(1);
  expect(await readdir(await slaveFolder())).not.toContain("handover");
  expect(await digestsOf(file)).toEqual(linked);
});

async function slaveFolder(): Promise<string> {
  const data = join(fleet.folder, "data");
  const name = (await readdir(data)).find((entry) => entry.startsWith("slave-")) ?? "";
  return join(data, name);
}

/** About 240 KB, and so is its gray picture, because noise cannot be compressed. */
async function picture(): Promise<NamedBody> {
  const raw = { width: 400, height: 200, channels: 3 as const };
  return { name: "noise.png", body: await sharp(randomBytes(240_000), { raw }).png().toBuffer() };
}

async function digestsOf(file: NamedBody): Promise<unknown> {
  const { body } = await assign(fleet.master.url, [file], { task: "image", field: "images" });
  const [done] = (await job(fleet.master.url, body.job_id)).files;
  expect(done).toMatchObject({ state: "done", filename: "noise.png" });
  expect(done?.result_bytes).toBeGreaterThan(64 * 1024);
  return [done?.sha256, done?.result_sha256];
}
