import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AssignAnswer, JobDetail, JobView } from "../../shared/contract/jobs.ts";
import type { SlaveSpeed, Timeline } from "../../shared/contract/timeline.ts";
import { multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => await fleet.stop());

const texts = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ name: `${n}.txt`, body: Buffer.from(`Day ${n} is good.`) }));

async function send(count: number, headers: Record<string, string> = {}): Promise<Response> {
  const body = multipart(texts(count), { field: "texts", task: "text" });
  return await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body, headers });
}

async function timeline(query = ""): Promise<Timeline> {
  return (await (await fetch(`${fleet.master.url}/timeline${query}`)).json()) as Timeline;
}

async function speedOf(slave: string): Promise<SlaveSpeed> {
  return (await (await fetch(`${fleet.master.url}/slaves/${slave}/speed`)).json()) as SlaveSpeed;
}

const filesOf = ({ lanes }: Timeline) =>
  lanes.flatMap(({ spans }) => spans).reduce((sum, { files }) => sum + files, 0);

test("a job that no slave can take tells why, and a slave takes it", async () => {
  const { id } = (await (await send(3, { prefer: "respond-async" })).json()) as JobView;
  const job = async () => (await (await fetch(`${fleet.master.url}/jobs/${id}`)).json()) as JobDetail;
  const waits = await job();
  expect(waits.why?.code).toBe("no_slaves");
  expect(waits.eta_seconds).toBeUndefined();
  await fleet.slave({ SLAVE_SLOTS: "2", SLAVE_NAME: "north" });
  const ended = await until("the job to end", async () => ((await job()).ended_at ? job() : undefined));
  expect(ended.why).toBeUndefined();
  expect(ended.statistics.file_wait_seconds?.p50).toBeGreaterThan(0);
  expect(ended.statistics.file_run_seconds?.p95).toBeGreaterThanOrEqual(0);
});

test("10,000 units are on the timeline, and are there when the master was killed and started again", async () => {
  const { id } = (await (await send(10_000)).json()) as AssignAnswer;
  const before = await until("all units on the timeline", async () => {
    const found = await timeline(`?job=${id}&width=500`);
    return filesOf(found) === 10_000 ? found : undefined;
  });
  expect(before.lanes.map(({ slave, slot }) => [slave, slot])).toEqual([
    ["north", 0],
    ["north", 1],
  ]);
  for (const { spans } of before.lanes) {
    expect(spans.length).toBeLessThanOrEqual(1_000);
    for (const [at, { from }] of spans.entries()) expect(from).toBeGreaterThanOrEqual(spans[at - 1]?.to ?? 0);
  }
  await sleep(1_100);
  await timeline();
  const [slave] = await fleet.alive(1);
  const speed = await speedOf(slave?.id ?? "");
  expect(speed.tasks).toEqual([
    expect.objectContaining({ task: "text", files: 10_003, failed: 0, run: expect.anything() }),
  ]);
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  const after = await timeline(`?job=${id}&width=500`);
  expect(filesOf(after)).toBe(10_000);
  expect(after.latency.text?.count).toBe(10_003);
  expect(after.throughput.reduce((sum, { done, seconds }) => sum + done * seconds, 0)).toBeCloseTo(10_003, 0);
  expect(after.slaves[0]).toMatchObject({ slave: "north", event: "alive" });
  await fleet.alive(1);
  expect((await speedOf(slave?.id ?? "")).tasks).toEqual(speed.tasks);
}, 240_000);

test("the profile has the busy and idle times of each slot, and goes on after the restart", async () => {
  await fleet.alive(1);
  expect((await send(5)).status).toBe(200);
  const text = await (await fetch(`${fleet.master.url}/timeline.csv`)).text();
  const [head, ...rows] = text.trim().split("\r\n");
  expect(head).toBe("slave,slot,from,to,state,task,job,index");
  expect(rows.length).toBeGreaterThan(4);
  for (const row of rows) expect(row).toMatch(/^north,[01],\d+,\d+,(busy,text,\w+,\d*|idle,,,)$/);
  expect((await fetch(`${fleet.master.url}/timeline?from=5&to=4`)).status).toBe(400);
  expect((await fetch(`${fleet.master.url}/timeline?job=none`)).status).toBe(404);
});
