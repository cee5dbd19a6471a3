import { z } from "zod";
import type { Immutable } from "./immutable.ts";
import { JOB_STATES } from "./jobs.ts";

/** Requests of clients to a master: query parameters and bodies. */

/** Longest wait that a client may ask for, in seconds: proxies cut longer ones. */
export const MAX_WAIT_SECONDS = 60;

export const PRIORITY = { least: 1, most: 10, default: 1 } as const;

/** Weight of a job in the fair share: of two jobs that wait, one of priority 10 gets ten times the leases of one of 1. */
export const jobPriority = z
  .number()
  .int()
  .min(PRIORITY.least)
  .max(PRIORITY.most)
  .default(PRIORITY.default)
  .describe("weight of the job among those that wait for slaves: 10 gets ten times the leases of 1");

/** What a job has to do with results that are on record for the same bytes, options and versions. */
export const jobCache = z
  .enum(["use", "refresh", "off"])
  .describe(
    "`use`: a file whose result is on record is done at once; `refresh`: each file is done anew; `off`: that, and later jobs take none of its results",
  );
export type JobCache = z.infer<typeof jobCache>;

/** Characters of a job's name. */
export const MAX_JOB_NAME = 200;

/** Characters of a search. */
export const MAX_QUERY = 1_000;

const search = z.string().max(MAX_QUERY);

/** `GET /jobs`. */
export const jobsQuery = z.object({
  q: search.optional().describe("only jobs that match this search; docs/search.md"),
  state: z.enum(JOB_STATES).optional().describe("only jobs in this state"),
  task: z.string().max(64).optional().describe("only jobs of this task"),
  cursor: z.string().max(64).optional().describe("`next_cursor` of the page before"),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe("most jobs of a page"),
});

/** Files that an answer shows unless its request asks for others: the next page tells of the rest. */
const SHOWN_FILES = 1_000;

/** `GET /results/by-input/<sha256>`. */
export const inputQuery = z.object({
  task: z.string().max(64).optional().describe("only results of this task"),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe("most results that are shown"),
});

/** `GET /jobs/<id>/results`, and a part of `GET /jobs/<id>`. */
export const filesQuery = z.object({
  from: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("number of files that are left out; without `q` the index of the first that is shown"),
  limit: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(SHOWN_FILES)
    .describe("most files that are shown; `next` leads to more"),
});

/** `GET /jobs/<id>`. */
export const jobQuery = filesQuery.extend({
  q: search.optional().describe("only files that match this search; docs/search.md"),
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(0)
    .describe("answer when the job is over, or after so many seconds"),
});

/** `GET /jobs/<id>/events`. */
export const eventsQuery = z.object({
  last_event_id: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("as the header `Last-Event-ID`, for those who cannot send it"),
});

/** `DELETE /jobs/<id>`. */
export const cancelQuery = z.object({
  purge: z
    .enum(["true", "false"])
    .default("false")
    .transform((raw) => raw === "true")
    .describe("true: results, record and bytes go, too"),
});

/** `GET /results/<task>/<name>`. */
export const resultQuery = z.object({
  latest: z
    .enum(["true", "false", ""])
    .default("false")
    .transform((raw) => raw !== "false")
    .describe("true: the newest result of this name, which may have a number"),
});

const few = z.int().min(1).max(1024);

/** `POST /slaves`. */
export const slavesWish = z.strictObject({
  count: few.default(1).describe("how many to start"),
  slots: few.default(1).describe("files that each works on at a time"),
});

const otherOptions = z
  .record(z.string(), z.unknown())
  .default({})
  .describe("options that are to be others than before");

const MOST_RETRIED = 10_000;

/** `POST /jobs/<id>/retry`. */
export const retryWish = z.strictObject({
  options: otherOptions,
  files: z
    .union([z.enum(["failed", "all"]), z.array(z.int().min(0)).min(1).max(MOST_RETRIED)])
    .default("failed")
    .describe("`failed`: those that failed or were cancelled; `all`; or the indexes of files, done or not"),
});
export type RetryWish = Immutable<z.infer<typeof retryWish>>;

/** `POST /jobs/cancel` and `/jobs/delete`. */
export const bulkWish = z.strictObject({
  q: search.describe("search for the jobs; docs/search.md"),
});

/** `POST /jobs/retry`. */
export const bulkRetryWish = bulkWish.extend({ options: otherOptions });

/** `GET /events`. */
export const fleetEventsQuery = z.object({
  q: search.optional().describe("only jobs that match this search; docs/search.md"),
  job: z.string().max(64).optional().describe("id of a job whose files are watched, too"),
});
