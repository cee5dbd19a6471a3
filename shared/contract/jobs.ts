import { z } from "zod";
import type { JsonObject } from "../tasks/task.ts";
import type { Immutable } from "./immutable.ts";

/**
 * What clients of a master read of jobs: `/assign_task`, `/jobs`. `/openapi.json` is made from these schemas, and
 * a test holds real answers against them.
 */

export const JOB_STATES = ["queued", "running", "succeeded", "partial", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];
export const FILE_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type FileState = (typeof FILE_STATES)[number];

export function isFinal(state: JobState): boolean {
  return state !== "queued" && state !== "running";
}

export const facts = z
  .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value))
  .meta({ type: "object" });

const time = z.string().describe("ISO 8601, UTC");
const count = z.number().int().min(0);
const bytes = count;
const seconds = z.number().min(0);
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256, lower-case hex");

const savedAs = z.string().describe("path of the result, from where the master runs; not of a replaced one");
const replacedBy = z
  .string()
  .describe(
    "id of the later job that took the result's name (`ON_EXISTING=replace`); `url` leads to this result",
  );

export const fileView = z.object({
  index: count.describe("index in the upload, from 0"),
  filename: z.string(),
  state: z.enum(FILE_STATES),
  bytes: bytes.describe("of the input"),
  sha256: sha256.describe("SHA-256 of the input, lower-case hex"),
  saved_as: savedAs.exactOptional(),
  url: z.string().exactOptional().describe("where to fetch the result, from the master's root"),
  replaced_by: replacedBy.exactOptional(),
  result_bytes: bytes.exactOptional(),
  result_sha256: sha256.exactOptional(),
  summary: z.string().exactOptional().describe("one telling line of the result"),
  info: facts.exactOptional().describe("facts of the result"),
  code: z.string().exactOptional().describe("why it failed, for programs"),
  error: z.string().exactOptional().describe("why it failed, for people"),
  attempts: count.describe("tries so far, over all its units"),
  slave: z.string().exactOptional().describe("name of the slave that gave the result"),
  seconds: seconds.exactOptional().describe("seconds in slaves' children"),
  started_at: time.exactOptional().describe("when a slave began with it: ISO 8601, UTC"),
  ended_at: time.exactOptional(),
  queue_seconds: seconds.exactOptional().describe("from the job's creation until a slave began with it"),
  run_seconds: seconds.exactOptional().describe("from there to its end"),
  result: z.unknown().exactOptional().describe("the JSON result, with `Prefer: return=representation`"),
});
export type FileView = Immutable<z.infer<typeof fileView>>;

/** How many files are in which state. */
export const jobCounts = z.object({
  total: count,
  queued: count,
  running: count,
  done: count,
  failed: count,
  cancelled: count,
});

const attachment = z.object({
  name: z.string(),
  saved_as: savedAs.exactOptional(),
  url: z.string(),
  replaced_by: replacedBy.exactOptional(),
});

export const jobView = z.object({
  id: z.string(),
  task_type: z.string(),
  state: z.enum(JOB_STATES),
  options: facts.describe("with all defaults; secret ones are `***`"),
  priority: z.number().describe("weight among jobs that wait for slaves, 1 to 10"),
  counts: jobCounts,
  bytes: bytes.describe("of all inputs"),
  created_at: time,
  started_at: time.exactOptional(),
  ended_at: time.exactOptional(),
  code: z.string().exactOptional().describe("a failure of the job as a whole, for programs"),
  error: z.string().exactOptional().describe("the same for people"),
  retry_of: z.string().exactOptional().describe("id of the job whose failed files these are"),
  attachments: z.array(attachment).describe("results of the job as a whole"),
  url: z.string(),
});
export type JobView = Immutable<z.infer<typeof jobView>>;

/** Second copies of late units. */
export const speculation = z.object({
  speculative_copies: count.describe("second copies of late units that were sent"),
  copies_first: count.describe("second copies that answered before the first one did"),
  seconds_saved: seconds.describe(
    "estimated: a first copy is reckoned to have needed as long again as it had run when the second one answered",
  ),
});

export const jobStatistics = speculation.extend({
  seconds: seconds.describe("from the job's creation to its end, or until now"),
  queue_seconds: seconds.describe("until a slave began with the first file"),
  run_seconds: seconds.describe("from there to the end"),
  slave_seconds: seconds.describe("seconds in slaves' children, added up"),
  input_bytes: bytes,
  result_bytes: bytes,
  files_per_second: z.number().min(0),
  slaves: z.record(z.string(), count).describe("files by slave"),
});
export type JobStatistics = Immutable<z.infer<typeof jobStatistics>>;

/** `GET /jobs/<id>`. */
export const jobDetail = jobView.extend({ statistics: jobStatistics, files: z.array(fileView) });
export type JobDetail = Immutable<z.infer<typeof jobDetail>>;

/** `GET /jobs`. */
export const jobList = z.object({
  jobs: z.array(jobView),
  next_cursor: z.string().exactOptional().describe("`cursor` of the next page; not there on the last one"),
});
export type JobList = Immutable<z.infer<typeof jobList>>;

/** The 202 of `Prefer: respond-async`, and of a retry. */
export const acceptedJob = jobView.extend({ job_id: z.string() });
export type AcceptedJob = Immutable<z.infer<typeof acceptedJob>>;

/** `DELETE /jobs/<id>`: the job as it was. */
export const cancelledJob = jobView.extend({ purged: z.boolean() });
export type CancelledJob = Immutable<z.infer<typeof cancelledJob>>;

/** `GET /jobs/<id>/results`. */
export const resultList = z.object({
  job_id: z.string(),
  results: z.array(fileView.extend({ name: z.string() })),
  attachments: z.array(attachment),
  zip: z.string().describe("where to fetch all of them at once"),
});
export type ResultList = Immutable<z.infer<typeof resultList>>;

/** Data of the events of `GET /jobs/<id>/events`, by their names. */
export const jobEventData = z.object({
  state: z.object({ job_id: z.string(), state: z.enum(["queued", "running"]), at: time }),
  file: fileView,
  progress: jobCounts,
  end: jobView,
});

/** `POST /assign_task`, waiting; the first four fields are the classic service's. */
export const assignAnswer = z.object({
  message: z.string(),
  total_files_processed: count.describe("files that have a result"),
  saved_files: z.array(z.string()).describe("paths of the results, in the order of the upload"),
  task_type: z.string(),
  job_id: z.string(),
  state: z.enum(JOB_STATES),
  files: z.array(fileView).describe("in the order of the upload"),
  failed_files: z.array(z.object({ filename: z.string(), code: z.string(), error: z.string() })),
  attachments: z.array(attachment),
  statistics: jobStatistics,
});
export type AssignAnswer = Immutable<z.infer<typeof assignAnswer>>;

/** Lines of `Accept: application/x-ndjson`. `job` is the first, `end` always the last. */
export const assignLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("job"),
    job_id: z.string(),
    task_type: z.string(),
    total_files: count,
  }),
  fileView.extend({ type: z.literal("file") }),
  assignAnswer.omit({ files: true }).extend({ type: z.literal("end") }),
]);
export type AssignLine = Immutable<z.infer<typeof assignLine>>;
