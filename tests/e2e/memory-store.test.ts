import { once } from "node:events";
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMaster, type MasterApp } from "../../master/app.ts";
import { readMasterConfig } from "../../master/config.ts";
import { openMemoryStore } from "../../master/store/memory/memoryStore.ts";
import type { AssignAnswer } from "../../shared/contract/jobs.ts";
import { createLogger } from "../../shared/logger.ts";
import { sharp } from "../../shared/media/picture/sharp.ts";
import { assign, fixture, job, post, type Started, startProcess, until, untilAlive } from "./fleet.ts";

/** The whole service over a store that has no files: a master in this process, and a slave process. */
const objects = new Map<string, Buffer>();
let folder: string;
let master: MasterApp;
let url: string;
let slave: Started;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-memory-"));
  const config = readMasterConfig({
    DATA_DIR: join(folder, "data"),
    RESULTS_DIR: join(folder, "results"),
    POLL_SECONDS: "0.5",
  });
  const openStore = async () => openMemoryStore(objects);
  master = await createMaster(config, createLogger("test", "silent"), { version: "1", openStore });
  await once(master.server.listen(0, "127.0.0.1"), "listening");
  await master.start();
  url = `http://127.0.0.1:${(master.server.address() as AddressInfo).port}`;
  slave = await startProcess("slave", {
    MASTER_URL: url,
    SLAVE_PORT: "0",
    SLAVE_SLOTS: "1",
    LOG_LEVEL: "warn",
    DATA_DIR: join(folder, "slave"),
  });
  await untilAlive(url, 1);
});

afterAll(async () => {
  await slave.kill("SIGKILL");
  master.server.close();
  await master.stop(AbortSignal.abort());
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("small and large files become results, in the folder and over HTTP, and a purge leaves no object", async () => {
  const texts = ["first", "second"].map((name) => ({
    name: `${name}.txt`,
    body: Buffer.from("A good day."),
  }));
  const small = await doneJob(texts, { task: "text", field: "texts" });
  const pictures = [{ name: "noise.png", body: await noise() }];
  const large = await doneJob(pictures, { task: "image", field: "images" });
  expect([...objects.values()].some(({ length }) => length > 2 ** 20)).toBe(true);
  for (const { task_type, job_id, files } of [small, large]) {
    for (const { saved_as } of files) {
      const name = saved_as?.split("/").at(-1) ?? "";
      const placed = await readFile(join(folder, "results", task_type, name));
      expect(placed.length).toBeGreaterThan(0);
      for (const path of [`/results/${task_type}/${name}`, `/jobs/${job_id}/results/${name}`]) {
        const answer = await fetch(`${url}${path}`);
        expect(Buffer.from(await answer.arrayBuffer()).equals(placed), path).toBe(true);
      }
    }
    await fetch(`${url}/jobs/${job_id}?purge=true`, { method: "DELETE" });
  }
  expect([...objects.keys()]).toEqual([]);
  await expect(access(join(folder, "data", "master", "spool"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a result that was taken out of the folder comes from the store, whole and by range", async () => {
  const files = [{ name: "kept.txt", body: Buffer.from("A good day.") }];
  const { job_id } = await doneJob(files, { task: "text", field: "texts" });
  const placed = join(folder, "results", "text", "kept_analysis.json");
  const bytes = await readFile(placed);
  await rm(placed);
  const from = `${url}/jobs/${job_id}/results/kept_analysis.json`;
  expect(Buffer.from(await (await fetch(from)).arrayBuffer()).equals(bytes)).toBe(true);
  const part = await fetch(from, { headers: { range: "bytes=2-9" } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(2, 10))).toBe(true);
});

test("a job that is cancelled ends with every file accounted for, and the next job is done", async () => {
  const page = await fixture("ocr/small-print.png");
  const pages = Array.from({ length: 50 }, (_, n) => ({ name: `page-${n}.png`, body: page }));
  const headers = { prefer: "respond-async" };
  const { job_id: id } = (await (
    await post(url, pages, { task: "ocr", field: "images", headers })
  ).json()) as AssignAnswer;
  await until("a page runs", async () => ((await job(url, id)).counts.running > 0 ? true : undefined));
  await fetch(`${url}/jobs/${id}`, { method: "DELETE" });
  const over = await until("the job's end", async () => {
    const detail = await job(url, id);
    return detail.ended_at === undefined ? undefined : detail;
  });
  expect(over.state).toBe("cancelled");
  expect(over.counts.done + over.counts.cancelled).toBe(50);
  const next = [{ name: "next.txt", body: Buffer.from("A good day.") }];
  await doneJob(next, { task: "text", field: "texts" });
});

async function doneJob(...[files, how]: [Parameters<typeof assign>[1], Parameters<typeof assign>[2]]) {
  const { status, body } = await assign(url, files, how);
  expect(status).toBe(200);
  expect(body.files.map(({ state }) => state)).toEqual(files.map(() => "done"));
  return body;
}

/** A picture that cannot be compressed. */
async function noise(): Promise<Buffer> {
  const bytes = Buffer.from(Array.from({ length: 1_200 * 1_200 * 3 }, () => Math.floor(Math.random() * 256)));
  return await sharp(bytes, { raw: { width: 1_200, height: 1_200, channels: 3 } })
    .png()
    .toBuffer();
}
