import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobView } from "../../shared/contract/jobs.ts";
import { job, post, type RunningFleet, startFleet } from "./fleet.ts";

/** Without a slave jobs stay queued. */
let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => await fleet.stop());

const NOTE = { name: "note.txt", body: Buffer.from("one two") };

async function sent(how: { readonly priority?: number; readonly headers?: Record<string, string> }) {
  const headers = { prefer: "respond-async", ...how.headers };
  const answer = await post(fleet.master.url, [NOTE], { ...how, task: "text", headers });
  return (await answer.json()) as JobView;
}

test("a job has the priority of its field, of its header, or 1", async () => {
  expect(await sent({})).toMatchObject({ priority: 1 });
  expect(await sent({ priority: 10 })).toMatchObject({ priority: 10 });
  expect(await sent({ headers: { priority: "7" } })).toMatchObject({ priority: 7 });
  expect(await sent({ headers: { priority: "u=1, i" } })).toMatchObject({ priority: 1 });
});

test("a priority outside 1 to 10 is a 400 that names what is valid", async () => {
  expect(await sent({ priority: 11 })).toMatchObject({
    status: 400,
    code: "bad_priority",
    field: "priority",
    valid_values: ["1 to 10"],
  });
});

test("the same key with another priority is another request", async () => {
  const headers = { "idempotency-key": "one key" };
  await sent({ priority: 2, headers });
  expect(await sent({ priority: 3, headers })).toMatchObject({ code: "idempotency_mismatch" });
});

test("a job keeps its priority over a restart of the master and in a retry", async () => {
  const { id } = await sent({ priority: 9 });
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  expect(await job(fleet.master.url, id)).toMatchObject({ state: "running", priority: 9 });
  await fetch(`${fleet.master.url}/jobs/${id}`, { method: "DELETE" });
  const again = await fetch(`${fleet.master.url}/jobs/${id}/retry`, { method: "POST" });
  expect(await again.json()).toMatchObject({ retry_of: id, priority: 9 });
});
