import { afterEach, expect, test } from "vitest";
import type { Answered, RunningFleet } from "./fleet.ts";
import { job, multipart, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet.stop());

test("a file that waits too long for a slave fails by that name, and says what raises it", async () => {
  fleet = await startFleet({ QUEUE_SECONDS: "0.2" });
  const id = await accepted({});
  const ended = await until("the job to end", async () => {
    const detail = await job(fleet.master.url, id);
    return detail.state === "failed" ? detail : undefined;
  });
  expect(ended.files.map(({ code }) => code)).toEqual(["waited_too_long", "waited_too_long"]);
  expect(ended.files[0]?.error).toBe(
    "It waited for a slave longer than 0.2 seconds. Its budget `waiting` is set by QUEUE_SECONDS; a job may ask for less (`budgets`).",
  );
});

test("a job that takes too long ends as a whole, with a code of its own", async () => {
  fleet = await startFleet();
  const id = await accepted({ total: 0.3 });
  const ended = await until("the job to end", async () => {
    const detail = await job(fleet.master.url, id);
    return detail.state === "failed" ? detail : undefined;
  });
  expect(ended).toMatchObject({ code: "job_too_long", error: expect.stringContaining("JOB_SECONDS") });
  expect(ended.files.map(({ code }) => code)).toEqual(["job_too_long", "job_too_long"]);
});

test("a job may ask for less running time than a slave would give, never for more", async () => {
  fleet = await startFleet({ UNIT_RUN_SECONDS: "0.001" });
  await fleet.slave({ UNIT_RUN_SECONDS: "600" });
  await fleet.alive(1);
  for (const budgets of [{}, { running: 600 }]) {
    const { body } = await send({ budgets: JSON.stringify(budgets) });
    expect(body.files.map(({ code }) => code)).toEqual(["timed_out", "timed_out"]);
    expect(body.files[0]?.error).toContain("UNIT_RUN_SECONDS");
  }
});

test("work without a sign of progress ends, and says what raises that", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const { body } = await send({ budgets: '{"silence": 0.001}' });
  expect(body.files.map(({ code }) => code)).toEqual(["silent", "silent"]);
  expect(body.files[0]?.error).toBe(
    "It told of no progress for 0.001 seconds. Its budget `silence` is set by UNIT_SILENCE_SECONDS; a job may ask for less (`budgets`).",
  );
});

test("invalid budgets are a 400 that names the field", async () => {
  fleet = await startFleet();
  for (const budgets of ["{", "[]", '{"running": 0}', '{"runing": 5}']) {
    const { status, body } = await send({ budgets }, { prefer: "respond-async" });
    expect([status, body.code]).toEqual([400, "bad_budgets"]);
    expect(body).toMatchObject({
      field: "budgets",
      valid_values: ["waiting", "running", "silence", "total"],
    });
  }
});

const FILES = ["a", "b"].map((name) => ({
  name: `${name}.txt`,
  body: Buffer.from("It is fine. ".repeat(20_000)),
}));

async function accepted(budgets: object): Promise<string> {
  const response = await request({ budgets: JSON.stringify(budgets) }, { prefer: "respond-async" });
  expect(response.status).toBe(202);
  return ((await response.json()) as { job_id: string }).job_id;
}

async function send(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answered> {
  const response = await request(fields, headers);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answered["body"],
  };
}

async function request(fields: Record<string, string>, headers: Record<string, string>): Promise<Response> {
  const body = multipart(FILES, { task: "text" });
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body, headers });
}
