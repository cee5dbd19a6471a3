import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import type { JobEvent } from "./events.ts";
import type { JobRecord } from "./job.ts";
import { endFile, endOfOpenFiles, openFiles, transition } from "./transition.ts";

const queued: JobRecord = {
  id: "01J",
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
  bytes: 30,
  createdAt: 1,
  attachments: [],
};
const started = { type: "started", at: 2 } as const;
const done = (index = 0) =>
  ({
    type: "file_done",
    index,
    at: 3,
    resultKey: "k",
    resultBytes: 1,
    resultSha256: "s",
    attempts: 1,
    seconds: 0.5,
  }) as const;
const failed = (index = 0) =>
  ({ type: "file_failed", index, at: 3, code: "corrupt", error: "No.", attempts: 2 }) as const;
const ended = { type: "ended", at: 9 } as const;
const cancelled = { type: "cancelled", at: 9, error: "The client went away." } as const;
const failedWhole = { type: "failed", at: 9, code: "replay_mismatch", error: "Not the same." } as const;
const attached = (name: string, key = "k") =>
  ({ type: "attached", attachment: { name, key, bytes: 1 } }) as const;
const partStored = {
  type: "part_stored",
  record: { map: "main", digest: "d", part: { ok: false, index: 0, code: "c", error: "e" } },
} as const;

const after = (...events: readonly JobEvent[]) => events.reduce(transition, queued);

describe("the end of a job", () => {
  test.each([
    ["succeeded", [started, done(), done(1), done(2), ended], { done: 3 }],
    ["partial", [started, done(), failed(1), done(2), ended], { done: 2, failed: 1 }],
    ["failed", [started, failed(), failed(1), failed(2), ended], { failed: 3 }],
    ["cancelled", [started, done(), cancelled], { done: 1, cancelled: 2, error: "The client went away." }],
    ["cancelled", [cancelled], { cancelled: 3, code: "cancelled" }],
    ["succeeded", [started, done(), done(1), done(2), cancelled], { done: 3, cancelled: 0 }],
    ["partial", [started, done(), failedWhole], { done: 1, failed: 2, code: "replay_mismatch" }],
    ["failed", [failedWhole], { failed: 3, code: "replay_mismatch", error: "Not the same." }],
  ] as const)("is %s", (state, events, fields) => {
    expect(after(...events)).toMatchObject({ state, endedAt: 9, ...fields });
  });
});

describe("refused", () => {
  test.each([
    ["a result before the start", [done()]],
    ["an end before the start", [ended]],
    ["an end with open files", [started, done(), ended]],
    ["more ends than files", [started, done(), done(1), done(2), failed(3)]],
    ["an attachment before the start", [attached("mean.csv")]],
    ["a part before the start", [partStored]],
    ["a second copy before the start", [{ type: "speculated", copies: 1, copiesFirst: 0, secondsSaved: 0 }]],
    ["anything after the end", [cancelled, started]],
    ["a second end", [cancelled, cancelled]],
  ] as const)("%s", (_, events) => {
    expect(() => after(...events)).toThrow(expect.objectContaining({ code: "bad_transition", status: 409 }));
  });
});

test("the end of a file tells its state, its time and what came of it", () => {
  const outcome = { resultKey: "k", resultBytes: 1, resultSha256: "s", attempts: 1, seconds: 0.5 };
  expect(endFile({ type: "file_done", index: 0, at: 3, ...outcome })).toEqual({
    ...outcome,
    state: "done",
    endedAt: 3,
  });
});

test("a start after a restart keeps the first one's time", () => {
  expect(after(started, { type: "started", at: 99 })).toMatchObject({ state: "running", startedAt: 2 });
});

test("an attachment of the same name replaces the earlier one", () => {
  expect(after(started, attached("a"), attached("b"), attached("a", "new")).attachments).toEqual([
    { name: "b", key: "k", bytes: 1 },
    { name: "a", key: "new", bytes: 1 },
  ]);
});

test("second copies are counted up", () => {
  const copied = { type: "speculated", copies: 1, copiesFirst: 0, secondsSaved: 0 } as const;
  const first = { type: "speculated", copies: 0, copiesFirst: 1, secondsSaved: 2.5 } as const;
  expect(after(started, copied, copied, first, first).speculation).toEqual({
    copies: 2,
    copiesFirst: 2,
    secondsSaved: 5,
  });
});

test("open files fail with the job's error, or are cancelled with it", () => {
  expect(endOfOpenFiles(failedWhole)).toMatchObject({ state: "failed", code: "replay_mismatch" });
  expect(endOfOpenFiles(cancelled)).toEqual({ state: "cancelled", endedAt: 9 });
  expect(endOfOpenFiles(ended)).toBeUndefined();
});

const event: fc.Arbitrary<JobEvent> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(started) },
  { weight: 5, arbitrary: fc.nat(4).map(done) },
  { weight: 3, arbitrary: fc.nat(4).map(failed) },
  { weight: 1, arbitrary: fc.constantFrom(attached("a"), attached("b"), partStored) },
  { weight: 2, arbitrary: fc.constantFrom<JobEvent>(ended, cancelled, failedWhole) },
);

test("any order of events leaves a consistent record, and a refused one changes nothing", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.nat(6), (events, total) => {
      let job: JobRecord = { ...queued, total };
      for (const each of events) {
        const before = structuredClone(job);
        const next = attempt(job, each);
        expect(job).toEqual(before);
        if (isFinal(before.state)) expect(next).toBeUndefined();
        job = next ?? job;
        expectConsistent(job);
      }
    }),
    { numRuns: 2_000 },
  );
});

function attempt(job: JobRecord, event: JobEvent): JobRecord | undefined {
  try {
    return transition(job, event);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "bad_transition" });
    return undefined;
  }
}

function expectConsistent(job: JobRecord): void {
  const counts = [job.done, job.failed, job.cancelled, openFiles(job)];
  for (const count of counts) expect(count).toBeGreaterThanOrEqual(0);
  expect(counts.reduce((sum, count) => sum + count)).toBe(job.total);
  expect(job.endedAt !== undefined).toBe(isFinal(job.state));
  if (job.state === "queued") expect(job).toMatchObject({ done: 0, failed: 0, cancelled: 0 });
  if (!isFinal(job.state)) return;
  expect(openFiles(job)).toBe(0);
  if (job.state === "succeeded") expect(job.done).toBe(job.total);
  if (job.state === "partial") expect(job.done).toBeGreaterThan(0);
  if (job.state === "failed") expect(job.done).toBe(0);
  if (job.cancelled > 0) expect(job.state).toBe("cancelled");
}
