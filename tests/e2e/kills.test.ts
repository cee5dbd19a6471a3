import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { job, multipart, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(() => fleet.stop());

test("a master that is killed between its 202 and the first lease does the job after its restart", async () => {
  fleet = await startFleet();
  // There is no slave, so no lease can have been given.
  const id = await acceptedJob();
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  await fleet.slave();
  expect(await ended(id)).toMatchObject({ state: "succeeded", counts: { total: 3, done: 3 } });
});

test("a master that is killed in the moment of its 202, with slaves that wait, does the job after its restart", {
  timeout: 60_000,
}, async () => {
  fleet = await startFleet();
  await fleet.slave({ SLAVE_SLOTS: "2" });
  await fleet.alive(1);
  for (let kills = 0; kills < 4; kills += 1) {
    const id = await acceptedJob(() => void fleet.master.process.kill("SIGKILL"));
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    const detail = await ended(id);
    expect(detail).toMatchObject({ state: "succeeded", counts: { total: 3, done: 3 } });
    expect(new Set(detail.files.map(({ saved_as }) => saved_as)).size).toBe(3);
  }
});

/** Sends three texts. Resolves with the job's id. @param onHead called when the first bytes of the 202 are there */
async function acceptedJob(onHead: () => void = () => undefined): Promise<string> {
  const files = [0, 1, 2].map((index) => ({ name: `${index}.txt`, body: Buffer.from(`Text ${index}.`) }));
  const form = new Response(multipart(files, { task: "text" }));
  const sent = request(`${fleet.master.url}/assign_task`, {
    method: "POST",
    headers: { "content-type": form.headers.get("content-type") ?? "", prefer: "respond-async" },
  });
  sent.end(Buffer.from(await form.arrayBuffer()));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  onHead();
  expect(response.statusCode).toBe(202);
  // The answer is small: its head and its body come together.
  return (JSON.parse(await text(response)) as { job_id: string }).job_id;
}

async function ended(id: string): Promise<JobDetail> {
  return await until("the end of the job", async () => {
    const detail = await job(fleet.master.url, id);
    return isFinal(detail.state) ? detail : undefined;
  });
}
