import { afterEach, expect, test } from "vitest";
import type { AssignLine } from "../../shared/contract/jobs.ts";
import { runCli } from "../standin/runCli.ts";
import { assign, assignLines, job, type RunningFleet, startFleet } from "./fleet.ts";
import { recordedEvents } from "./jobEvents.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet?.stop());

const TEXTS = ["whale whale whale", "desert", "sand", "whale"].map((text, at) => ({
  name: `${at}.txt`,
  body: Buffer.from(text),
}));
const SENT = { task: "embedding", options: { max_features: 1 } };

test("a warning of some files is in the answer, the lines, the job, its events and the command line", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const { url } = fleet.master;
  const { body } = await assign(url, TEXTS, SENT);
  const warning = { code: "empty_vector", message: expect.stringContaining("max_features") };
  const whole = { ...warning, count: 2, files: [1, 2] };
  expect(body).toMatchObject({ state: "succeeded", warnings: [whole] });
  expect(body.files.map(({ warnings }) => warnings)).toEqual([undefined, [warning], [warning], undefined]);
  const detail = await job(url, body.job_id);
  expect(detail.warnings).toEqual(body.warnings);
  expect(detail.files[1]?.warnings).toEqual([warning]);
  const events = await recordedEvents(url, body.job_id);
  expect(events.at(-1)).toMatchObject({ event: "end", data: { warnings: [whole] } });
  const lines: AssignLine[] = [];
  for await (const line of assignLines(url, TEXTS, SENT)) lines.push(line);
  expect(lines.at(-1)).toMatchObject({ type: "end", warnings: [whole] });
  const { stdout } = await runCli(["jobs", body.job_id], { env: { MASTER_URL: url } });
  expect(stdout).toContain("warning: 2 of 4 files: The text has no term of the job's vocabulary");
});

test("warnings stay when the master starts again", async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  const { body } = await assign(fleet.master.url, TEXTS, SENT);
  await fleet.master.kill("SIGTERM");
  await fleet.restartMaster();
  expect((await job(fleet.master.url, body.job_id)).warnings).toEqual(body.warnings);
});
