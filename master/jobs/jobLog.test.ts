import { expect, it } from "vitest";
import { logLines } from "../../tests/fixtures/logLines.ts";
import { ChangeHub } from "../hub.ts";
import type { JobRecord } from "../record/job.ts";
import { logJobs } from "./jobLog.ts";

const JOB: JobRecord = {
  id: "J1",
  name: "a.txt",
  task: "text",
  state: "queued",
  options: {},
  priority: 1,
  seed: 1,
  total: 3,
  done: 0,
  failed: 0,
  cancelled: 0,
  bytes: 10,
  createdAt: 1_000,
  client: "scanner",
  attachments: [],
};
const failed = (code: string) =>
  ({ type: "file_failed", index: 0, at: 1, code, error: "Bad.", attempts: 1 }) as const;

function logged() {
  const hub = new ChangeHub();
  const log = logLines();
  logJobs(hub, log.logger);
  return { hub, log };
}

it("a job has one line when it is accepted and one when it ends, with client, task and counts", () => {
  const { hub, log } = logged();
  hub.jobChanged(JOB, []);
  hub.jobChanged({ ...JOB, state: "running" }, [{ type: "started", at: 1 }]);
  hub.jobChanged({ ...JOB, state: "running", failed: 1 }, [failed("corrupt_file")]);
  hub.jobChanged({ ...JOB, state: "running", failed: 2 }, [failed("corrupt_file")]);
  const ended = { ...JOB, state: "partial", done: 1, failed: 2, endedAt: 3_500 } as const;
  hub.jobChanged(ended, [{ type: "ended", at: 3_500 }]);
  expect(log.of("info")).toEqual([
    "job J1 accepted: text, 3 files, from scanner",
    "job J1 partial: text, 3 files, 1 done, 2 failed (corrupt_file 2), in 2.5 s, from scanner",
  ]);
});

it("the lines of a job name its request, for programs", () => {
  const hub = new ChangeHub();
  const requests: unknown[] = [];
  const log = logLines();
  logJobs(hub, Object.assign(log.logger, { info: (about: object) => requests.push(about) }));
  hub.jobChanged({ ...JOB, requestId: "r-1" }, []);
  hub.jobChanged({ ...JOB, requestId: "r-1", state: "succeeded" }, [{ type: "ended", at: 1 }]);
  expect(requests).toEqual([
    expect.objectContaining({ job: "J1", request: "r-1" }),
    expect.objectContaining({ job: "J1", request: "r-1" }),
  ]);
});

it("a job that failed has a warning with its reason", () => {
  const { hub, log } = logged();
  const { client: _, ...unnamed } = JOB;
  const ended = {
    ...unnamed,
    total: 1,
    state: "failed",
    failed: 1,
    error: "No terms.",
    endedAt: 1_000,
  } as const;
  hub.jobChanged(ended, [{ type: "failed", at: 1, code: "no_terms", error: "No terms." }]);
  expect(log.of("warn")).toEqual(["job J1 failed: text, 1 file, 0 done, 1 failed, in 0 s: No terms."]);
});
