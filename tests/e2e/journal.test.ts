import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { assign, job, type NamedBody, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

/** Cuts of the journal between the acknowledgement of the jobs and their end. */
const CUTS = 7;

test("with any part of the journal after the 202 cut off, jobs end as before, each result once, under its name", {
  timeout: 120_000,
}, async () => {
  const data = join(fleet.folder, "data", "master");
  const kept = join(fleet.folder, "kept");
  const wal = join(data, "jobs.sqlite-wal");
  const headers = { prefer: "respond-async" };
  const texts = await assign(fleet.master.url, lines(9), { task: "text", field: "texts", headers });
  const vectors = await assign(fleet.master.url, lines(4), { task: "embedding", field: "texts", headers });
  const ids = [texts.body.job_id, vectors.body.job_id];
  expect([texts.status, vectors.status]).toEqual([202, 202]);
  const acknowledged = (await stat(wal)).size;
  await fleet.slave();
  await ended(ids);
  const wanted = await results();
  expect(wanted.size).toBe(9 + 4 + 1);
  await fleet.master.kill("SIGKILL");
  const whole = (await stat(wal)).size;
  expect(whole).toBeGreaterThan(acknowledged);
  await cp(data, kept, { recursive: true });

  for (let cut = 0; cut <= CUTS; cut += 1) {
    await rm(data, { recursive: true });
    await cp(kept, data, { recursive: true });
    // A prime number, so that most cuts are in the middle of an entry.
    const length = acknowledged + Math.floor(((whole - acknowledged) * cut) / CUTS) + (cut < CUTS ? 13 : 0);
    await truncate(wal, length);
    await fleet.restartMaster();
    await ended(ids);
    expect(await results(), `cut at ${length} of ${whole}`).toEqual(wanted);
    await fleet.master.kill("SIGKILL");
  }
});

function lines(count: number): NamedBody[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `note-${n}.txt`,
    body: Buffer.from(
      `Note ${n}. The garden was lovely on day ${n}, and the ${"soup ".repeat(n + 1)}was good.`,
    ),
  }));
}

async function ended(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { state } = await until(`the end of ${id}`, async () => {
      const seen = await job(fleet.master.url, id);
      return isFinal(seen.state) ? seen : undefined;
    });
    expect(state).toBe("succeeded");
  }
}

/** SHA-256 of every file in the results folder. */
async function results(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(fleet.results, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    found.set(entry.name, createHash("sha256").update(bytes).digest("hex"));
  }
  return found;
}
