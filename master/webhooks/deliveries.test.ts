import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { jobView } from "../http/views.ts";
import { ChangeHub } from "../hub.ts";
import { done, ended, newJob, started } from "../record/fixtures.contract.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import { WebhookDeliveries } from "./deliveries.ts";
import type { SendWebhook, WebhookRequest } from "./send.ts";

const KEY = Buffer.alloc(32, 1);
const PLACES = { savedAs: () => "a.json", url: () => "/a.json" };

let folder = "";
let jobs: RecordOfJobs;
let hub: ChangeHub;
const opened: WebhookDeliveries[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-webhooks-"));
  hub = new ChangeHub();
  jobs = await openSqliteRecord({ file: join(folder, "jobs.sqlite"), hub });
});
afterEach(async () => {
  for (const deliveries of opened.splice(0)) await deliveries.stop();
  await jobs.close();
  await rm(folder, { recursive: true, force: true });
});

function deliveriesBy(send: SendWebhook, keys: readonly Buffer[] = [KEY]): WebhookDeliveries {
  const view = (job: Parameters<typeof jobView>[0]) => jobView(job, { results: PLACES });
  const logger = createLogger("test", "silent");
  const deliveries = new WebhookDeliveries({ jobs, hub, keys, view, send, agent: "manyhands/1", logger });
  opened.push(deliveries);
  return deliveries;
}

async function endJob(id: string, url: string): Promise<void> {
  await jobs.create(newJob(id, ["a"], { callback: { url, fromLoopback: true } }));
  await jobs.apply(id, [started, done(0), ended]);
}

/** Resolves when `ask` is true after a change of a job. */
async function untilChange(ask: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const undo = hub.watch("jobs", () => {
      if (!ask()) return;
      undo();
      resolve();
    });
    if (ask()) resolve();
  });
}

test("the end of a job is sent: its type, its time, the job without its callback, signed", async () => {
  const sent: WebhookRequest[] = [];
  const deliveries = deliveriesBy(async (_target, request) => {
    sent.push(request);
    return { status: 200 };
  });
  await deliveries.start();
  await endJob("01A", "http://one.example/");
  await untilChange(() => deliveries.counts.delivered === 1);
  const body = JSON.parse(sent[0]?.body ?? "");
  expect(body).toMatchObject({
    type: "job.done",
    timestamp: "1970-01-01T00:00:00.009Z",
    data: { id: "01A" },
  });
  expect(body.data).not.toHaveProperty("callback");
  expect(sent[0]?.headers).toMatchObject({ "webhook-id": "msg_01A", "user-agent": "manyhands/1" });
  expect((await jobs.get("01A"))?.callback).toMatchObject({
    state: "delivered",
    attempts: 1,
    lastStatus: 200,
  });
});

test("what a killed master left is sent by the next one, also the body that it did not make", async () => {
  await endJob("01A", "http://one.example/");
  await endJob("01B", "http://one.example/");
  await jobs.callbacks.prepare("01B", "{}");
  const deliveries = deliveriesBy(async () => ({ status: 204 }));
  await deliveries.start();
  await untilChange(() => deliveries.counts.delivered === 2);
  expect((await jobs.get("01A"))?.callback?.state).toBe("delivered");
});

test("a receiver that does not answer has four tries at the same time, and another one gets its webhook", async () => {
  const open = { most: 0, now: 0 };
  const others: string[] = [];
  const deliveries = deliveriesBy(({ url }, _request, signal) => {
    if (!url.includes("dead")) {
      others.push(url);
      return Promise.resolve({ status: 200 });
    }
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await deliveries.start();
  for (let n = 0; n < 30; n += 1) await endJob(`01A${n}`, "http://dead.example/");
  await endJob("01B", "http://fine.example/");
  await untilChange(() => deliveries.counts.delivered === 1);
  expect(others).toEqual(["http://fine.example/"]);
  expect(open.most).toBe(4);
});

test("a try that the stop of the master ends does not count", async () => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const deliveries = deliveriesBy((_target, _request, signal) => {
    begin();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await deliveries.start();
  await endJob("01A", "http://one.example/");
  await begun;
  await deliveries.stop();
  expect((await jobs.get("01A"))?.callback).toMatchObject({ state: "pending", attempts: 0 });
});

test("without a key nothing is sent, and the webhook stays", async () => {
  let sent = 0;
  const send: SendWebhook = async () => {
    sent += 1;
    return { status: 200 };
  };
  await deliveriesBy(send, []).start();
  await endJob("01A", "http://one.example/");
  await opened.pop()?.stop();
  expect([sent, (await jobs.get("01A"))?.callback?.state]).toEqual([0, "pending"]);
  const later = deliveriesBy(send);
  await later.start();
  await untilChange(() => later.counts.delivered === 1);
  expect(sent).toBe(1);
});
