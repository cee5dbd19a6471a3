import { z } from "zod";
import type { JsonObject } from "../tasks/task.ts";
import { fileWarning, jobWarning } from "../warnings.ts";
import { jobCallback } from "./callback.ts";
import type { Immutable } from "./immutable.ts";
import { jobWhy, percentiles } from "./outlook.ts";

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
  .meta({ type: "object", additionalProperties: true });

export const jobId = z.string().describe("id of the job; `id` and `job_id` are the same");
export const taskType = z.string().describe("name of the task");
const jobState = z.enum(JOB_STATES).describe("`partial`: some files failed; `failed`: no file is done");
const time = z.string().describe("ISO 8601, UTC");
const count = z.number().int().min(0);
const bytes = count;
const seconds = z.number().min(0);
export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256, lower-case hex");

const resultUrl = z.string().describe("where to fetch the result, from the master's root");
const savedAs = z.string().describe("path of the result, from where the master runs; not of a replaced one");
const replacedBy = z
  .string()
  .describe(
    "id of the later job that took the result's name (`ON_EXISTING=replace`); `url` leads to this result",
  );

export const fileView = z.object({
  index: count.describe("index in the upload, from 0"),
  filename: z.string().describe("name of the file, without the folders that its client sent"),
  path: z
    .string()
    .exactOptional()
    .describe("relative path in the upload, made safe: folders, then the file name; they are joined by `/`"),
  state: z.enum(FILE_STATES).describe("`done` and `failed` are final, and so is `cancelled`"),
  bytes: bytes.describe("size of the input, in bytes"),
  sha256: sha256.describe("SHA-256 of the input, lower-case hex"),
  saved_as: savedAs.exactOptional(),
  url: resultUrl.exactOptional(),
  replaced_by: replacedBy.exactOptional(),
  result_bytes: bytes.exactOptional().describe("size of the result, in bytes"),
  result_sha256: sha256.exactOptional().describe("SHA-256 of the result, lower-case hex"),
  summary: z.string().exactOptional().describe("one telling line of the result"),
  info: facts.exactOptional().describe("facts of the result"),
  warnings: z.array(fileWarning).exactOptional().describe("what the reader of the result should know"),
  code: z.string().exactOptional().describe("why it failed, for programs"),
  error: z.string().exactOptional().describe("why it failed, for people"),
  cached: z
    .literal(true)
    .exactOptional()
    .describe("its result was on record for the same bytes, task, options and versions: no slave did it"),
  cached_from: z
    .string()
    .exactOptional()
    .describe("id of the job whose slaves made the result; it may be gone"),
  attempts: count.describe("tries so far, over all its units"),
  parts: z
    .object({ done: count.describe("pieces that are done"), total: count.describe("all its pieces") })
    .exactOptional()
    .describe("pieces of a file that runs, as the pages of a TIFF, where it has several"),
  slave: z.string().exactOptional().describe("name of the slave that gave the result"),
  seconds: seconds.exactOptional().describe("seconds in slaves' children"),
  started_at: time.exactOptional().describe("when a slave began with it: ISO 8601, UTC"),
  ended_at: time.exactOptional().describe("when it ended: ISO 8601, UTC"),
  queue_seconds: seconds
    .exactOptional()
    .describe("seconds from the job's creation until a slave began with it"),
  wait_seconds: seconds
    .exactOptional()
    .describe("the same; seconds until now, or its end, where no slave has begun with it"),
  run_seconds: seconds.exactOptional().describe("seconds from there to its end, or until now while it runs"),
  result: z.unknown().exactOptional().describe("the JSON result, with `Prefer: return=representation`"),
});
export type FileView = Immutable<z.infer<typeof fileView>>;

export const next = z
  .string()
  .exactOptional()
  .describe("where to fetch the next page, from the master's root; not there on the last one");

/** How many files are in which state. */
export const jobCounts = z.object({
  total: count.describe("files of the job"),
  queued: count.describe("files that wait for a slave"),
  running: count.describe("files that a slave works on"),
  done: count.describe("files that have a result"),
  failed: count.describe("files that failed"),
  cancelled: count.describe("files that the job's end left undone"),
});

export const attachment = z.object({
  name: z.string().describe("name of the result"),
  saved_as: savedAs.exactOptional(),
  url: resultUrl,
  replaced_by: replacedBy.exactOptional(),
});

export const jobView = z.object({
  kind: z.literal("job").describe("tells a job from an answer of `/assign_task` and from a problem"),
  id: jobId,
  job_id: jobId,
  name: z.string().describe("name for people: the field `name` of the upload, else made of its files' names"),
  task_type: taskType,
  state: jobState,
  options: facts.describe("options with all defaults; secret ones are `***`"),
  priority: z.number().describe("weight among jobs that wait for slaves, 1 to 10"),
  counts: jobCounts,
  bytes: bytes.describe("size of all inputs, in bytes"),
  created_at: time.describe("when the job was recorded: ISO 8601, UTC"),
  started_at: time.exactOptional().describe("when it began to run: ISO 8601, UTC"),
  ended_at: time.exactOptional().describe("when it ended: ISO 8601, UTC"),
  code: z.string().exactOptional().describe("a failure of the job as a whole, for programs"),
  error: z.string().exactOptional().describe("the same for people"),
  retry_of: z.string().exactOptional().describe("id of the job whose files these are, tried again"),
  cache: z
    .enum(["refresh", "off"])
    .exactOptional()
    .describe("what the job has to do with recorded results; not there for `use`"),
  cached_files: count.exactOptional().describe("files whose result was on record; not there for none"),
  callback: jobCallback.exactOptional().describe("where its end is told, and what came of that"),
  files_per_second: z
    .number()
    .min(0)
    .exactOptional()
    .describe("files that ended, per second of the last 30; while the job runs"),
  eta_seconds: seconds
    .exactOptional()
    .describe("estimate of the seconds until the job ends; not there while it is unknown"),
  why: jobWhy.exactOptional().describe("why the job is not faster, or what it waits for; while it runs"),
  attachments: z.array(attachment).describe("results of the job as a whole"),
  warnings: z.array(jobWarning).describe("what the readers of the results should know, over all files"),
  url: z.string().describe("address of the job, from the master's root"),
});
export type JobView = Immutable<z.infer<typeof jobView>>;

/** Second copies of late units. */
export const speculation = z.object({
  speculative_copies: count.describe("second copies of late units that were sent"),
  copies_first: count.describe("second copies that answered before the first one did"),
  seconds_saved: seconds.describe(
    "seconds saved by them; the estimate assumes that the stopped copy would have needed as long again as it had run",
  ),
});

export const jobStatistics = speculation.extend({
  seconds: seconds.describe("seconds from the job's creation to its end, or until now"),
  queue_seconds: seconds.describe("seconds until a slave began with the first file"),
  run_seconds: seconds.describe("seconds from there to the end"),
  slave_seconds: seconds.describe("seconds in slaves' children, added up"),
  cached_files: count.exactOptional().describe("files whose result was on record; not there for none"),
  cached_seconds: seconds
    .exactOptional()
    .describe("seconds that slaves' children worked on these results when they were made"),
  input_bytes: bytes.describe("size of all inputs, in bytes"),
  result_bytes: bytes.describe("size of the results of all files, in bytes"),
  files_per_second: z.number().min(0).describe("files that ended, per second of `run_seconds`"),
  slaves: z.record(z.string(), count).describe("number of files by name of the slave"),
  file_wait_seconds: percentiles
    .exactOptional()
    .describe("seconds from the job's creation until a slave began with a file, over the files that ended"),
  file_run_seconds: percentiles.exactOptional().describe("seconds from there to the file's end"),
});
export type JobStatistics = Immutable<z.infer<typeof jobStatistics>>;

/** `GET /jobs/<id>`. */
export const jobDetail = jobView.extend({
  statistics: jobStatistics.describe("sums over the whole job, whichever of its files are shown"),
  files: z
    .array(fileView)
    .describe(
      "files in the order of the upload, with `q` those that match; a page of them when there are more",
    ),
  matching: count.describe("number of files that match `q`; without it all files"),
  next,
});
export type JobDetail = Immutable<z.infer<typeof jobDetail>>;

/** `GET /jobs`. */
export const jobList = z.object({
  jobs: z.array(jobView).describe("jobs, newest first"),
  total: count.describe("number of jobs that match, those of other pages included"),
  next_cursor: z.string().exactOptional().describe("`cursor` of the next page; not there on the last one"),
});
export type JobList = Immutable<z.infer<typeof jobList>>;

/** `DELETE /jobs/<id>`: the job as it was. */
export const cancelledJob = jobView.extend({
  purged: z.boolean().describe("whether its record, results and bytes were removed"),
});
export type CancelledJob = Immutable<z.infer<typeof cancelledJob>>;

/** `POST /assign_task`, waiting; the first four fields are the classic service's. */
export const assignAnswer = z.object({
  kind: z.literal("answer").describe("tells it from a job and from a problem"),
  message: z.string().describe("what became of the files, for people"),
  total_files_processed: count.describe("files that have a result"),
  saved_files: z.array(z.string()).describe("paths of the results, in the order of the upload"),
  task_type: taskType,
  id: jobId,
  job_id: jobId,
  state: jobState,
  code: z.string().exactOptional().describe("why no file is done, or why the job failed, for programs"),
  error: z.string().exactOptional().describe("the same for people"),
  files: z.array(fileView).describe("files in the order of the upload"),
  failed_files: z
    .array(
      z.object({
        filename: z.string().describe("name of the file, as its client sent it"),
        code: z.string().describe("why it has no result, for programs"),
        error: z.string().describe("the same for people"),
      }),
    )
    .describe("files without a result, in the order of the upload"),
  attachments: z.array(attachment).describe("results of the job as a whole"),
  warnings: z.array(jobWarning).describe("what the readers of the results should know, over all files"),
  statistics: jobStatistics,
});
export type AssignAnswer = Immutable<z.infer<typeof assignAnswer>>;

/** Lines of `Accept: application/x-ndjson`. `job` is the first, `end` always the last. */
export const assignLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("job").describe("the first line"),
    id: jobId,
    job_id: jobId,
    task_type: taskType,
    total_files: count.describe("files of the job"),
  }),
  fileView.extend({ type: z.literal("file").describe("a file ended") }),
  assignAnswer.omit({ files: true, kind: true }).extend({ type: z.literal("end").describe("the last line") }),
]);
export type AssignLine = Immutable<z.infer<typeof assignLine>>;
