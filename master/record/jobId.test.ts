import { expect, test } from "vitest";
import { newJobId, timeOfJobId } from "./jobId.ts";

test("a job id tells when it was made", () => {
  const before = Date.now();
  const time = timeOfJobId(newJobId());
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test.each(["not-a-job", "", "01ARYZ6S41", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01ARYZ6S41TSV4RRFFQ69G5FAU"])(
  "%j is no job id",
  (text) => {
    expect(timeOfJobId(text)).toBeUndefined();
  },
);
