import { afterEach, expect, test } from "vitest";
import type { ApiDocument } from "../../master/http/openapi/document.ts";
import { assign, post, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet.stop());

const GOOD = { name: "good.txt", body: Buffer.from("It is good.") };
const BAD = { name: "bad.pdf", body: Buffer.from("%PDF-1.7 and nothing more") };
const how = { task: "document", field: "documents" };

test("metrics tell of jobs, files, slaves, slots, leases, requests and the process", async () => {
  fleet = await startFleet();
  const waiting = await post(fleet.master.url, [GOOD], { ...how, headers: { prefer: "respond-async" } });
  expect(waiting.status).toBe(202);
  const before = await metrics();
  expect(before.get('manyhands_units{state="waiting"}')).toBe(1);
  expect(before.get("manyhands_units_waiting_bytes")).toBe(GOOD.body.length);
  await fleet.slave({ SLAVE_SLOTS: "2" });
  await fleet.alive(1);
  await assign(fleet.master.url, [GOOD, BAD], how);
  const after = await until("the first job to end", async () => {
    const now = await metrics();
    return now.get('manyhands_jobs{state="succeeded"}') === 1 ? now : undefined;
  });
  expect(Object.fromEntries(after)).toMatchObject({
    'manyhands_jobs{state="partial"}': 1,
    'manyhands_jobs{state="running"}': 0,
    'manyhands_jobs_ended_total{task="document",state="partial"}': 1,
    'manyhands_files_ended_total{task="document",outcome="done"}': 2,
    'manyhands_files_ended_total{task="document",outcome="failed"}': 1,
    'manyhands_units{state="waiting"}': 0,
    'manyhands_units{state="leased"}': 0,
    'manyhands_slaves{state="alive"}': 1,
    'manyhands_slots{state="all"}': 2,
    'manyhands_slots{state="busy"}': 0,
    manyhands_leases: 0,
    'manyhands_units_reassigned_total{reason="crash"}': 0,
    manyhands_speculative_copies_total: 0,
    manyhands_speculation_saved_seconds_total: 0,
    'manyhands_http_request_duration_seconds_count{route="POST /assign_task",status="202"}': 1,
    'manyhands_http_request_duration_seconds_count{route="POST /assign_task",status="200"}': 1,
  });
  expect(after.get("manyhands_leases_total")).toBeGreaterThanOrEqual(2);
  expect(after.get('manyhands_file_seconds_total{task="document"}')).toBeGreaterThan(0);
  expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(0);
});

test("files that the end of a job ends are counted once", async () => {
  fleet = await startFleet();
  const answer = await post(fleet.master.url, [GOOD, BAD], { ...how, headers: { prefer: "respond-async" } });
  const { job_id: id } = (await answer.json()) as { job_id: string };
  await fetch(`${fleet.master.url}/jobs/${id}`, { method: "DELETE" });
  expect((await metrics()).get('manyhands_files_ended_total{task="document",outcome="cancelled"}')).toBe(2);
});

test("where a token is set, every route asks for it but those that are described as open", async () => {
  fleet = await startFleet({ CLIENT_TOKEN: "client-secret", FLEET_TOKEN: "fleet-secret" });
  const headers = { authorization: "Bearer client-secret" };
  const described = await fetch(`${fleet.master.url}/openapi.json`, { headers });
  const { paths } = (await described.json()) as ApiDocument;
  const answers: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { security }] of Object.entries(methods)) {
      const { status } = await fetch(`${fleet.master.url}/api${path}`, { method: method.toUpperCase() });
      if ((status === 401) !== security.length > 0) answers.push(`${method} ${path}: ${status}`);
    }
  }
  expect(answers).toEqual([]);
  expect((await fetch(`${fleet.master.url}/metrics`, { headers })).status).toBe(200);
});

/** Values by name and labels. */
async function metrics(): Promise<Map<string, number>> {
  const answer = await fetch(`${fleet.master.url}/metrics`);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}
