import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { assign, type NamedBody, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet.stop());

const SAMPLES = join(import.meta.dirname, "../../examples/files");

/** Samples with these extensions, each several times under names of its own; some are larger than SMALL_FILE. */
async function pile(...extensions: readonly string[]): Promise<NamedBody[]> {
  const names = (await readdir(SAMPLES)).filter((name) => extensions.some((end) => name.endsWith(end)));
  const bodies = await Promise.all(names.map((name) => readFile(join(SAMPLES, name))));
  const samples = names.map((name, index) => ({ name, body: bodies[index] ?? Buffer.alloc(0) }));
  const large = { name: "large.txt", body: Buffer.from("A sentence that is fine. ".repeat(6_000)) };
  const all = extensions.includes(".txt") ? [...samples, large] : samples;
  return Array.from({ length: 8 }, (_, round) =>
    all.map(({ name, body }) => ({ name: `${round}-${name}`, body })),
  ).flat();
}

test("20 jobs of texts and pictures log nothing above info, on master and slaves", async () => {
  fleet = await startFleet({ LOG_LEVEL: "info" });
  // Units at one slave are called back for the other: their files are gone before their turn.
  const slaves = await Promise.all([fleet.slave({ SLAVE_SLOTS: "2" }), fleet.slave({ SLAVE_SLOTS: "2" })]);
  await fleet.alive(2);
  const texts = await pile(".txt");
  const pictures = await pile(".jpg", ".png");
  for (let round = 0; round < 10; round += 1) {
    const jobs = [
      assign(fleet.master.url, texts, { task: "text" }),
      assign(fleet.master.url, pictures, { task: "image", field: "images" }),
    ];
    for (const { body } of await Promise.all(jobs)) expect(body.state).toBe("succeeded");
  }
  const lines = [fleet.master, ...slaves].flatMap(({ log }) => log.join("").split("\n").filter(Boolean));
  const records = lines.map((line) => JSON.parse(line) as { level: string; msg: string });
  expect(records.filter(({ level }) => level !== "info")).toEqual([]);
  expect(records.filter(({ msg }) => /^job \w+ accepted: /.test(msg))).toHaveLength(20);
  expect(records.filter(({ msg }) => /^job \w+ succeeded: /.test(msg))).toHaveLength(20);
}, 300_000);
