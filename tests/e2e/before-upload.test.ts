import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskList } from "../../shared/contract/about.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet({ MAX_FILES: "2", MAX_FILE_BYTES: "1KB" });
});
afterAll(async () => await fleet.stop());

const list = async () => (await (await fetch(`${fleet.master.url}/tasks`)).json()) as TaskList;
const ocr = async () => (await list()).tasks.find(({ task_type }) => task_type === "ocr");

test("GET /tasks tells the limits that the master then holds", async () => {
  const { limits } = await list();
  expect(limits).toMatchObject({ max_files: 2, max_file_bytes: 1024 });
  expect(limits.max_upload_bytes).toBeGreaterThan(0);
  const send = async (...sizes: readonly number[]) => {
    const files = sizes.map((size, n) => ({ name: `${n}.txt`, body: Buffer.alloc(size, "a") }));
    const how = { task: "text", headers: { prefer: "respond-async" } };
    const { body } = await assign(fleet.master.url, files, how);
    return body.code;
  };
  expect([await send(1024, 1), await send(1, 1, 1), await send(1025)]).toEqual([
    undefined,
    "too_many_files",
    "too_large",
  ]);
});

test("GET /tasks tells the languages of ocr that live slaves have, once there is one", async () => {
  expect((await ocr())?.choices).toBeUndefined();
  const slave = await fleet.slave();
  await fleet.alive(1);
  expect((await ocr())?.choices).toEqual({ languages: expect.arrayContaining(["eng"]) });
  await slave.kill("SIGTERM");
  await expect.poll(async () => (await ocr())?.choices).toBeUndefined();
});
