import { createHash } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import { randomOf } from "../../shared/ml/random.ts";
import { assign, job, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

/** As on machines of their own: nothing is linked. */
const APART = { HANDOVER: "false" };

let fleet: RunningFleet;
afterEach(async () => await fleet.stop());

/** A table whose encoded form has about 9 bytes for each value. */
function tableOf(rows: number, columns: number, seed = 1): Buffer {
  const random = randomOf(seed);
  const lines = [`${Array.from({ length: columns }, (_, at) => `c${at}`).join(",")},y`];
  for (let row = 0; row < rows; row += 1) {
    const values = Array.from({ length: columns }, () => Math.floor(random() * 1000));
    lines.push(`${values.join(",")},${(values[0] ?? 0) + (values[1] ?? 0) > 1000 ? "more" : "less"}`);
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

async function metric(of: Started, name: string): Promise<number> {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1],
  );
}

const inputs = async (slave: Started, source: string) =>
  await metric(slave, `manyhands_slave_shared_inputs_total{source="${source}"}`);
const toSlaves = async () => await metric(fleet.master, 'manyhands_bytes_total{direction="to_slaves"}');

const TRAIN = { task: "train", field: "tables" };

/** Trains, and answers the digest of the model. */
async function train(table: Buffer, options: object): Promise<string> {
  const { body } = await assign(fleet.master.url, [{ name: "t.csv", body: table }], { ...TRAIN, options });
  expect(body.failed_files).toEqual([]);
  return await digestOf(body.files[0]?.url);
}

async function digestOf(url: string | undefined): Promise<string> {
  const model = await (await fetch(`${fleet.master.url}${url}`)).arrayBuffer();
  return createHash("sha256").update(Buffer.from(model)).digest("hex");
}

/** Begins a training, and answers its job. */
async function begin(table: Buffer, options: object): Promise<string> {
  const headers = { prefer: "respond-async" };
  const { body } = await assign(fleet.master.url, [{ name: "t.csv", body: table }], {
    ...TRAIN,
    options,
    headers,
  });
  return body.job_id;
}

async function ended(id: string) {
  return await until("the job's end", async () => {
    const view = (await (await fetch(`${fleet.master.url}/jobs/${id}?wait=30`)).json()) as JobDetail;
    return view.state === "running" ? undefined : view;
  });
}

test("a table goes to each of two slaves once, however many units read it", {
  timeout: 120_000,
}, async () => {
  fleet = await startFleet();
  const slaves = [await fleet.slave(APART), await fleet.slave(APART)];
  await fleet.alive(2);
  const table = tableOf(20_000, 20);
  await train(table, { trees: 120, depth: 6, test_share: 0 });
  const sent = await Promise.all(slaves.map((slave) => inputs(slave, "sent")));
  const kept = await Promise.all(slaves.map((slave) => inputs(slave, "kept")));
  expect(sent).toEqual([1, 1]);
  expect(Math.min(...kept)).toBeGreaterThan(0);
  const encoded = await metric(slaves[0] ?? fleet.master, "manyhands_slave_input_cache_bytes");
  expect(encoded).toBeGreaterThan(20_000 * 20 * 9);
  // The table as it came, its encoded form for each slave, and the trees for the last unit.
  expect(await toSlaves()).toBeLessThan(table.length + 2 * encoded + 0.5 * encoded);
});

test("models and predictions have the same bytes from 1, 2 and 3 slaves that keep inputs, and from slaves that keep none", {
  timeout: 180_000,
}, async () => {
  const table = tableOf(3_000, 12);
  const digests: string[][] = [];
  fleet = await startFleet();
  const all = async () => {
    const { body } = await assign(fleet.master.url, [{ name: "t.csv", body: table }], {
      ...TRAIN,
      options: { trees: 60, folds: 3, grid: { depth: [4, null] } },
    });
    const { body: predicted } = await assign(
      fleet.master.url,
      [{ name: "rows.csv", body: tableOf(60_000, 12, 2) }],
      {
        task: "predict",
        field: "tables",
        options: { model: body.job_id },
      },
    );
    expect([body.failed_files, predicted.failed_files]).toEqual([[], []]);
    digests.push(await Promise.all([body.files[0]?.url, predicted.files[0]?.url].map(digestOf)));
  };
  for (let slaves = 1; slaves <= 3; slaves += 1) {
    await fleet.slave(APART);
    await fleet.alive(slaves);
    await all();
  }
  await fleet.stop();
  fleet = await startFleet();
  await fleet.slave({ ...APART, SLAVE_CACHE_BYTES: "0" });
  await fleet.alive(1);
  await all();
  expect(new Set(digests.map(String)).size).toBe(1);
});

test("a slave that drops the table for another master, or is killed and starts again, costs no try", {
  timeout: 180_000,
}, async () => {
  fleet = await startFleet();
  const room = { ...APART, SLAVE_CACHE_BYTES: "5MB" };
  const slave = await fleet.slave(room);
  await fleet.alive(1);
  const table = tableOf(20_000, 20);
  const id = await begin(table, { trees: 400, depth: 10, test_share: 0 });
  await until("a lease with the kept table", async () =>
    (await inputs(slave, "kept")) > 0 ? true : undefined,
  );
  expect((await foreignLease(slave, Buffer.alloc(4_000_000, "a day "))).status).toBe(200);
  await until("the table comes again", async () => ((await inputs(slave, "sent")) > 2 ? true : undefined));
  expect(await inputs(slave, "missing")).toBeGreaterThan(0);
  expect((await job(fleet.master.url, id)).state).toBe("running");
  const [before] = await fleet.alive(1);
  expect([before?.id, before?.failed]).toEqual([expect.any(String), 0]);
  await slave.kill("SIGKILL");
  await fleet.slave({ ...room, SLAVE_PORT: String(slave.port) });
  const view = await ended(id);
  expect([view.state, view.counts.done]).toEqual(["succeeded", 1]);
});

/** A lease of another master, with an input that it shares. */
async function foreignLease(slave: Started, body: Buffer): Promise<Response> {
  const form = new FormData();
  const sha256 = createHash("sha256").update(body).digest("hex");
  form.append("task_type", "text");
  form.append("step", "analyse");
  form.append(
    "shared_inputs",
    JSON.stringify({ 0: { filename: "a", bytes: body.length, sha256, sent: true } }),
  );
  form.append("texts", new Blob([new Uint8Array(body)]), "a.txt");
  const response = await fetch(`${slave.url}/get_task`, {
    method: "POST",
    body: form,
    headers: { accept: FRAMES_TYPE },
  });
  await response.arrayBuffer();
  return response;
}

test("a table that is larger than the cache goes out with each lease, as before", {
  timeout: 120_000,
}, async () => {
  fleet = await startFleet();
  const slave = await fleet.slave({ ...APART, SLAVE_CACHE_BYTES: "1MB" });
  await fleet.alive(1);
  const table = tableOf(20_000, 20);
  await train(table, { trees: 60, depth: 6, test_share: 0 });
  expect(await inputs(slave, "sent")).toBe(0);
  expect(await toSlaves()).toBeGreaterThan(2 * 20_000 * 20 * 9);
});
