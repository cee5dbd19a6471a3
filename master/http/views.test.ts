import { expect, test } from "vitest";
import { splitOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JobRecord } from "../record/job.ts";
import type { ResultsFolder } from "../results/results.ts";
import { jobView } from "./views.ts";

const JOB: JobRecord = {
  id: "one",
  task: "text",
  state: "succeeded",
  options: {},
  priority: 1,
  seed: 1,
  total: 1,
  done: 1,
  failed: 0,
  cancelled: 0,
  bytes: 3,
  createdAt: 0,
  attachments: [],
};

/** A job without attachments asks nothing of it. */
const results = {} as ResultsFolder;

test("a job's record shows that a password was given, not which", () => {
  const given = splitOptions(taskNamed("document"), { password: "open sesame", max_pages: 3 });
  const view = jobView({ ...JOB, task: "document", ...given }, { results });
  expect(view.options).toEqual({ password: "***", max_pages: 3 });
  expect(JSON.stringify(view)).not.toContain("sesame");
});

test("a job's record shows the options that are no secret as they are", () => {
  const options = { format: "png" };
  expect(jobView({ ...JOB, task: "image", options }, { results }).options).toEqual(options);
});
